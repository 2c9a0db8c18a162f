import { parseArgs } from "node:util";
import { KINDS } from "./calls.ts";
import { asJson, table, type Figure } from "./figures.ts";
import { measureRounds } from "./rounds.ts";
import { startBenchRig } from "./rig.ts";
import { warmUp } from "./warm-up.ts";

const figures: Figure[] = [];
const rig = await startBenchRig();
const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
try {
  const { secret } = await rig.makeKey({
    name: "bench",
    budgets: [{ unit: "usd", limit: "1000000", period: "month" }],
  });
  await warmUp(rig, secret);
  for (const kind of KINDS)
    for (const connections of [1, 16]) {
      const count = kind === "unary" ? 300 : 100;
      figures.push(
        ...(await measureRounds(rig, { kind, connections, count, rounds: values.quick ? 2 : 5, secret })),
      );
    }
} finally {
  await rig.stop();
}
console.log(values.json ? figures.map(asJson).join("\n") : table(figures));
