// Scores payments as they come in, when nobody has disputed one yet: node live.mjs <folder of a model>…
import { LEAK, makePayments } from "./data.mjs";
import { loadModel } from "./models.mjs";

const payments = makePayments().holdout;

for (const folder of process.argv.slice(2)) {
  const { predict } = await loadModel(folder);
  const scored = payments.map((payment) => ({
    score: predict({ ...payment, [LEAK]: 0 }),
    fraud: payment.fraud === 1,
  }));
  const honest = scored.filter(({ fraud }) => !fraud).sort((a, b) => b.score - a.score);
  const limit = honest[Math.floor(honest.length * 0.01)].score;
  const frauds = scored.filter(({ fraud }) => fraud);
  const caught = frauds.filter(({ score }) => score > limit).length;
  console.log(
    `${folder}: ${caught} of ${frauds.length} frauds caught, recall ${(caught / frauds.length).toFixed(4)}`,
  );
}
