import { App } from 'aws-cdk-lib';
import { DISABLE_CREATION_STACK_TRACES, DISABLE_METADATA_STACK_TRACE } from 'aws-cdk-lib/cx-api';

/** The app of a snapshot: it records no stack traces, which hold the paths of the machine that took it. */
export function snapshotApp(): App {
  return new App({ postCliContext: { [DISABLE_CREATION_STACK_TRACES]: true, [DISABLE_METADATA_STACK_TRACE]: true } });
}
