import type { Stage } from 'aws-cdk-lib';

/** What a person reads when an app or a stage is synthesized, as `path: text`. */
export function messagesOf(assembly: Stage, level: 'info' | 'warning' = 'warning'): string[] {
  return assembly.synth().stacksRecursively.flatMap(stack => stack.messages)
    .filter(message => message.level === level)
    .map(message => `${message.id}: ${message.entry.data}`);
}

/** What the synth fails with; nothing when it succeeds. */
export function errorOf(synth: () => unknown): string {
  try {
    synth();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
