// Asks a model: node predict.mjs <folder of a model> <feature>=<number>…; what is left out is 0.
import { loadModel } from "./models.mjs";

const [folder, ...features] = process.argv.slice(2);
const { config, predict } = await loadModel(folder);
const row = Object.fromEntries(features.map((feature) => feature.split("=")));
console.log(`${config.output}: ${predict(row).toFixed(4)}`);
