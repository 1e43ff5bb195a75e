import { play } from './play.ts';
const [seed = '1', count = '1', fault] = process.argv.slice(2);
const t = performance.now();
const total: Record<string, number> = {};
let bad = 0;
for (let i = 0; i < Number(count); i += 1) {
  const r = await play({ seed: `${seed}-${i}`, fault: fault as never }, count === '1' ? console.log : undefined);
  for (const [k, v] of Object.entries(r.probes)) total[k] = (total[k] ?? 0) + v;
  if (r.violation) { bad += 1; if (bad < 8) console.log(i, r.violation.message.slice(0, 600)); if (fault) {break;} }
}
console.log(((performance.now() - t) / Number(count)).toFixed(2), 'ms each', bad, 'bad');
if (process.env['P']) console.log(total);
