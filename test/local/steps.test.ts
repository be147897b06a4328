import { Steps } from '../../local/steps';
import { COLOURED, isLive, PLAIN, styleFor } from '../../local/style';
import { summary } from '../../local/summary';

function printed(live = false) {
  const texts: string[] = [];
  return { texts, output: { stream: { write: (text: string) => texts.push(text) }, live, style: PLAIN } };
}

describe('Steps', () => {
  test('prints a line a step, and below it what came of it', async () => {
    const { texts, output } = printed();
    await new Steps(2, output).run('Make it', async () => ({ text: 'made' }));
    expect(texts.join('')).toMatch(/^ 1\/2 {2}Make it +0\.\d s ✓\nmade\n$/);
  });

  test('goes on after a problem, and keeps it', async () => {
    const { texts, output } = printed();
    const steps = new Steps(2, output);
    await steps.run('Look', async () => ({ problems: ['one differs'] }));
    await steps.run('Look again', async () => undefined);
    expect(texts.join('')).toMatch(/✗\n✗ one differs\n 2\/2/);
    expect(steps.done.map(({ problems }) => problems)).toEqual([['one differs'], []]);
  });

  test('marks a step that fails, and fails', async () => {
    const { texts, output } = printed();
    await expect(new Steps(1, output).run('Fail', async () => { throw new Error('no'); })).rejects.toThrow('no');
    expect(texts.join('')).toMatch(/ s ✗\n$/);
  });

  test('rewrites its line where someone watches', async () => {
    const { texts, output } = printed(true);
    await new Steps(1, output).run('Wait', async () => undefined);
    expect(texts[0]).toMatch(/^\r\u001b\[2K/);
    expect(texts[texts.length - 1]).toMatch(/✓\n$/);
  });

  test('says nothing more of a step that is abandoned', async () => {
    const { texts, output } = printed();
    const steps = new Steps(1, output);
    await steps.run('Wait', async () => steps.abandon());
    expect(texts.join('')).not.toContain('✓');
  });
});

test('the summary counts and repeats what is not as expected', () => {
  const steps = [{ title: 'One', seconds: 1.26, problems: [] }, { title: 'Two', seconds: 2, problems: ['it differs'] }];
  expect(summary(steps, PLAIN)).toMatch(/One +│ +1\.3 │ as expected[^]*Two +│ +2\.0 │ 1 not as expected[^]*Together +│ +3\.3[^]*1 not as expected:\n {2}it differs$/);
  expect(summary(steps.slice(0, 1), PLAIN)).toContain('every answer is the expected one');
});

describe('colours', () => {
  test.each<[string, { isTTY?: boolean }, NodeJS.ProcessEnv, boolean]>([
    ['a terminal', { isTTY: true }, { TERM: 'xterm' }, true],
    ['an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['a pipe', {}, {}, false],
    ['CI', { isTTY: true }, { CI: 'true' }, false],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
  ])('with %s', (_, stream, env, coloured) => {
    expect(styleFor(stream, env)).toBe(coloured ? COLOURED : PLAIN);
  });

  test('NO_COLOR leaves the line live', () => {
    expect(isLive({ isTTY: true }, { NO_COLOR: '1' })).toBe(true);
  });
});
