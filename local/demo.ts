/** Deploys the samples to a local AWS, reads everything back, shows who can do what with an image: `npm run demo`. */
import { Cdk } from './cdk';
import { Failure } from './failure';
import { Interruption } from './interruption';
import { LocalAws } from './local-aws';
import { MORE_STEPS, MoreStory } from './more-story';
import { Options, parseOptions, USAGE } from './options';
import { Processes } from './processes';
import { Python } from './python';
import { Steps } from './steps';
import { Story } from './story';
import { isLive, Style, styleFor } from './style';
import { summary } from './summary';
import { Upstream } from './upstream';
import { Workspace } from './workspace';

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    say(`${USAGE}\n`);
    return 0;
  }
  forgetOwnAws();
  const style = styleFor(process.stdout, process.env);
  const processes = new Processes();
  const total = (options.keep ? 16 : 18) + (options.all ? MORE_STEPS : 0);
  const steps = new Steps(total, { stream: process.stdout, live: isLive(process.stdout, process.env), style });
  const interruption = new Interruption(processes, () => {
    steps.abandon();
    say('\ninterrupted: ending the local AWS\n');
  });
  try {
    return await run(options, processes, steps, style);
  } catch (error) {
    if (interruption.isEnding) { return new Promise(() => undefined); } // it ends the process itself
    await processes.endAll();
    throw error;
  }
}

async function run(options: Options, processes: Processes, steps: Steps, style: Style): Promise<number> {
  const workspace = new Workspace();
  const python = new Python(workspace, processes);
  const aws = new LocalAws(workspace, processes, python);
  await aws.assertNoneRuns();
  workspace.prepare();
  const upstream = await Upstream.start();

  say(`${style.bold('cdk-hardened-ecr')}: the samples on a local AWS, deployed for real, read back and used\n\n`);
  await steps.run('Make a virtual environment for the local AWS', () => python.prepare());
  await steps.run('Start the local AWS, with policies enforced', () => aws.start(!options.keep, upstream.options));
  const cdk = new Cdk(workspace, processes, aws.endpoint);
  const story = new Story(aws, cdk, upstream, style);
  await story.tell(steps);
  if (options.all) { await new MoreStory(aws, cdk, style).tell(steps); }
  if (!options.keep) {
    await story.end(steps);
    await steps.run('Stop the local AWS', () => aws.stop());
  }
  say(`\n${summary(steps.done, style)}\n`);
  if (options.keep) { say(`\n${aws.keep()}\n`); }
  return steps.done.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** The demo must not reach an account of the user's, whatever their shell is set up for. */
function forgetOwnAws(): void {
  for (const name of Object.keys(process.env).filter(candidate => candidate.startsWith('AWS_'))) { delete process.env[name]; }
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}

function say(text: string): void {
  process.stdout.write(text);
}

function tell(error: unknown): void {
  const style = styleFor(process.stderr, process.env);
  const isForPeople = error instanceof Failure;
  process.stderr.write(`\n${style.bad(isForPeople ? error.message : String(error instanceof Error ? error.stack : error))}\n`);
  if (isForPeople && error.details) { process.stderr.write(`\n${error.details}\n`); }
}

main().then(code => process.exit(code), error => {
  tell(error);
  process.exit(1);
});
