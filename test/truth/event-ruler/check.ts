/**
 * Asks EventBridge's own matcher, event-ruler, which sample events our patterns match: `npx projen test:event-ruler`.
 *
 * Needs a JDK (11 or newer) and Maven. The unit tests ask a matcher of their own the same, without either.
 */
import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { CASES, isExpected, patternOf, ROWS, SOURCES } from '../../repository/events/table';

function run(command: string, parameters: string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { input, encoding: 'utf8', maxBuffer: 1e9, timeout: 300_000 });
  if (error || status !== 0) {
    throw error ?? new Error(`${command} ended with ${status}:\n${stdout}${stderr}`);
  }
  return stdout;
}

/** For each question the names of the events that match. */
function ask(questions: readonly { readonly pattern: unknown }[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'event-ruler-'));
  try {
    run('mvn', ['-q', '-B', '-f', join(__dirname, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`]);
    const events = CASES.map(({ event }) => event);
    const lines = questions.map(({ pattern }) => JSON.stringify({ pattern, events })).join('\n');
    const answers = run('java', ['-cp', `${folder}/*`, join(__dirname, 'Matches.java')], `${lines}\n`).trim().split('\n');
    return answers.map(answer => (JSON.parse(answer) as number[]).map(index => CASES[index].name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const questions = SOURCES.flatMap(source => ROWS.map(row => ({ source, row, pattern: patternOf(source, row) })));
// Goes with the others, to see that an answer is to its question: no event matches it.
const control = { pattern: { 'source': ['aws.ecr'], 'detail-type': ['ECR Nothing'] } };
const answers = ask([...questions, control]);

const wrong = questions.flatMap(({ source, row }, index) => {
  const expected = CASES.filter(one => isExpected(row, source, one)).map(({ name }) => name);
  const missed = expected.filter(name => !answers[index].includes(name));
  const toomuch = answers[index].filter(name => !expected.includes(name));
  return missed.length + toomuch.length === 0 ? [] : [`${row.name} of ${source.name}: misses [${missed.join(', ')}], matches too much [${toomuch.join(', ')}]`];
});
if (answers.length !== questions.length + 1 || answers[questions.length].length !== 0) {
  wrong.push(`event-ruler answered ${answers.length} of ${questions.length + 1} questions, and the one that nothing matches with [${answers.at(-1)?.join(', ')}]`);
}
console.log(`event-ruler: ${questions.length} patterns, ${CASES.length} events, ${answers.flat().length} matches`);
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exitCode = 1;
}
