/** What the demo changes in the samples: nothing, how many images are kept, or that and a repository whose name is taken. */
export type Change = 'nothing' | 'keep' | 'conflict';
