import { readFileSync } from 'fs';
import { join } from 'path';

/** A block of TypeScript in a page, and the JSON after it, which says what comes of it. */
export interface Snippet {
  /** Page and line, as a reader looks for it. */
  readonly name: string;
  readonly code: string;
  readonly results: string[];
}

const BLOCK = /^```(\w+)\n(.*?)^```$/gms;

/** The blocks of a page of `docs/`, in order. JSON belongs to the TypeScript before it, whatever prose stands between. */
export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', `${page}.md`), 'utf8');
  const snippets: Snippet[] = [];
  for (const { 1: language, 2: body, index } of text.matchAll(BLOCK)) {
    const name = `${page}.md:${text.slice(0, index).split('\n').length}`;
    if (language === 'ts') {
      snippets.push({ name, code: body, results: [] });
    } else if (language === 'json') {
      snippets[snippets.length - 1].results.push(body);
    }
  }
  return snippets;
}
