import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { Processes } from '../../local/processes';

const folder = mkdtempSync(join(tmpdir(), 'processes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shell = (name: string, script: string) => ({ file: 'sh', args: ['-c', script], cwd: folder, env: process.env, log: join(folder, name) });

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until a command has written its grandchild's process id. */
async function pidIn(file: string): Promise<number> {
  for (let i = 0; i < 100; i++) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (text.includes('\n')) { return Number(text); }
    await sleep(20);
  }
  throw new Error('the command has not said its process id');
}

async function untilEnded(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && isRunning(pid); i++) { await sleep(20); }
  return !isRunning(pid);
}

describe('Processes', () => {
  test('runs a command and keeps what it prints on both streams', async () => {
    expect(await new Processes().run(shell('both', 'echo out; echo err >&2; exit 3'), 10)).toEqual({ code: 3, output: 'out\nerr\n' });
  });

  test('says -1 for a command that is not there', async () => {
    const { code } = await new Processes().run({ ...shell('absent', ''), file: join(folder, 'absent-command') }, 10);
    expect(code).toBe(-1);
  });

  test('ends a command that takes too long', async () => {
    expect((await new Processes().run(shell('long', 'sleep 30'), 0.1)).code).toBe(-1);
  });

  test('ends what a command has started, with it', async () => {
    const processes = new Processes();
    processes.start(shell('group', 'sleep 30 & echo $!; wait'));
    const grandchild = await pidIn('group');
    expect(isRunning(grandchild)).toBe(true);
    await processes.endAll();
    expect(await untilEnded(grandchild)).toBe(true);
  });

  test('kills what does not end when asked', async () => {
    const processes = new Processes();
    const child = processes.start(shell('deaf', 'trap "" TERM; echo $$; while :; do sleep 0.05; done'));
    await pidIn('deaf');
    await processes.endAll(0.2);
    expect(child.signalCode).toBe('SIGKILL');
  });

  test('lets a released child live', async () => {
    const processes = new Processes();
    const child = processes.start(shell('released', 'sleep 30'));
    processes.release(child);
    await processes.endAll();
    expect(isRunning(child.pid!)).toBe(true);
    process.kill(-child.pid!, 'SIGKILL');
  });
});
