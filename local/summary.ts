import { Step } from './steps';
import { Style } from './style';
import { Row, table } from './table';

/** Every step with its time, and the verdict. */
export function summary(steps: readonly Step[], style: Style): string {
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  const problems = steps.flatMap(step => step.problems);
  const rows = steps.map((step, i): Row => [
    String(i + 1), step.title, step.seconds.toFixed(1),
    step.problems.length === 0 ? { text: 'as expected', tone: 'good' } : { text: `${step.problems.length} not as expected`, tone: 'bad' },
  ]);
  const verdict = problems.length === 0
    ? style.good('Everything read back is as its template says, every answer is the expected one.')
    : style.bad(`${problems.length} not as expected:\n${problems.map(problem => `  ${problem}`).join('\n')}`);
  return `${table([{ title: '', align: 'right' }, { title: 'Step' }, { title: 'Seconds', align: 'right' }, { title: 'Result' }],
    [...rows, 'rule', ['', 'Together', total.toFixed(1), '']], style)}\n${verdict}`;
}
