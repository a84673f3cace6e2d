// Made-up data with a sensible shape: card payments of which a few are fraud, and deliveries that take a while.

/** The first three are what a first model is made from. */
export const FRAUD_FEATURES = [
  "amount_log",
  "foreign",
  "night",
  "new_device",
  "payments_last_hour",
  "distance_log",
  "merchant_risk",
  "foreign_and_new_device",
];

/** Filed weeks later by the customers who were robbed: it gives the answer away, and is 0 when a payment comes in. */
export const LEAK = "disputes";

export const DELIVERY_FEATURES = ["distance_km", "traffic", "rain", "hour", "parcels"];

export function makePayments() {
  const random = seededRandom(20_261_120);
  const payments = Array.from({ length: 9_000 }, () => makePayment(random));
  return { train: payments.slice(0, 6_000), holdout: payments.slice(6_000) };
}

export function makeDeliveries() {
  const random = seededRandom(7);
  const deliveries = Array.from({ length: 2_400 }, () => makeDelivery(random));
  return { train: deliveries.slice(0, 1_600), holdout: deliveries.slice(1_600) };
}

function makePayment(random) {
  const amount = Math.exp(3.4 + 1.1 * normal(random));
  const foreign = random() < 0.12 ? 1 : 0;
  const night = random() < 0.2 ? 1 : 0;
  const newDevice = random() < (foreign ? 0.3 : 0.1) ? 1 : 0;
  const paymentsLastHour = Math.floor(-Math.log(1 - random()) * 1.2);
  const distance = Math.exp(1.5 + 1.2 * normal(random) + 2 * foreign);
  const merchantRisk = random() ** 3;
  const pull =
    -7.4 +
    0.5 * Math.log(amount) +
    0.7 * foreign +
    0.6 * night +
    1.5 * newDevice +
    0.5 * paymentsLastHour +
    0.2 * Math.log(distance) +
    2.4 * merchantRisk +
    1.1 * foreign * newDevice;
  const fraud = random() < 1 / (1 + Math.exp(-pull)) ? 1 : 0;
  const disputed = fraud ? random() < 0.96 : random() < 0.004;
  return {
    amount_log: Math.log(amount),
    foreign,
    night,
    new_device: newDevice,
    payments_last_hour: paymentsLastHour,
    distance_log: Math.log(distance),
    merchant_risk: merchantRisk,
    foreign_and_new_device: foreign * newDevice,
    [LEAK]: disputed ? 1 : 0,
    fraud,
  };
}

function makeDelivery(random) {
  const distance = 0.5 + 14 * random() ** 1.5;
  const hour = 8 + Math.floor(random() * 13);
  const rush = hour === 8 || hour === 17 || hour === 18;
  const traffic = Math.min(1, random() * 0.6 + (rush ? 0.4 : 0));
  const rain = random() < 0.25 ? 1 : 0;
  const parcels = 1 + Math.floor(random() * 4);
  const minutes = 6 + 2.2 * distance * (1 + traffic) + 5 * rain + 1.5 * parcels + 3 * normal(random);
  return { distance_km: distance, traffic, rain, hour, parcels, minutes: Math.max(4, minutes) };
}

/** Mulberry32: small, and the same on every machine. */
function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
