/**
 * What the samples are deployed as: at first, after an update, or with an update that ECR refuses.
 *
 * `app.ts` says what differs.
 */
export type Revision = 'first' | 'second' | 'refused';
