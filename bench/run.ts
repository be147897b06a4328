// Processor time, medians of runs that alternate; the ratios are what to quote, the times belong to this machine.
import { measureCentral } from './central';
import { measureProcess } from './process';
import { measureSynth } from './synth';

const ROUNDS = Number(process.argv[2] ?? 7);

const sizes = [1000, 4000].map(count => ({ count, times: measureSynth(count, ROUNDS) }));
console.log('synth, ms             ours      L2      L1   ours/L2   L1/L2');
for (const { count, times } of sizes) {
  console.log(`${String(count).padStart(6)} repositories ${[times.ours, times.L2, times.L1].map(ms => ms.toFixed(0).padStart(7)).join(' ')}`
    + `   ${(times.ours / times.L2).toFixed(2).padStart(7)} ${(times.L1 / times.L2).toFixed(2).padStart(7)}`);
}
console.log(`growth from 1000 to 4000, ours: ${(sizes[1].times.ours / sizes[0].times.ours).toFixed(2)} times`);

const central = measureCentral(2000, ROUNDS);
console.log(`central registry, 2000 repositories with one audience: ours ${central.ours.toFixed(0)} ms, L2 ${central.L2.toFixed(0)} ms, ours/L2 ${(central.ours / central.L2).toFixed(2)}`);

const whole = measureProcess(ROUNDS);
console.log(`whole process, one repository: ours ${whole.ours.toFixed(0)} ms, L2 ${whole.L2.toFixed(0)} ms, ours/L2 ${(whole.ours / whole.L2).toFixed(2)}`);
