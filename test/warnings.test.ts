import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const ROOT = join(__dirname, '..');

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map(entry => entry.isDirectory() ? sources(join(folder, entry.name)) : readFileSync(join(folder, entry.name), 'utf8'))
    .join('\n');
}

const SOURCES = sources(join(ROOT, 'src'));
const PAGE = readFileSync(join(ROOT, 'docs', 'warnings.md'), 'utf8');

const all = (pattern: RegExp, text: string) => [...new Set([...text.matchAll(pattern)].map(match => match[1]))].sort();

/** The ids of the page, `Class.name`. */
const documented = all(/`([A-Z]\w+\.[a-z]\w+)`/g, PAGE.replace(/^.*\| what to do \|$/gm, '').replace(/\| [^|]*\|$/gm, ''));
/** The names in the sources, whose classes are put before some of them where they are given. */
const names = [
  ...all(/cdk-hardened-ecr:\w+\.(\w+)/g, SOURCES),
  ...all(/warning: '\w+\.(\w+)'/g, SOURCES),
  ...all(/\bid: '(\w+)'/g, SOURCES),
  ...all(/\.warn\(\s*'(\w+)'/g, SOURCES),
];

describe('docs/warnings.md', () => {
  test('has every warning of the sources', () => {
    const known = documented.map(id => id.split('.')[1]);
    expect([...new Set(names)].filter(name => !known.includes(name))).toEqual([]);
  });

  test('has no other', () => {
    expect(documented.filter(id => !names.includes(id.split('.')[1]))).toEqual([]);
  });

  test('has every id that the sources spell out', () => {
    const spelled = [...all(/cdk-hardened-ecr:(\w+\.\w+)/g, SOURCES), ...all(/warning: '(\w+\.\w+)'/g, SOURCES)];
    expect(spelled.length).toBeGreaterThan(8);
    expect(spelled.filter(id => !documented.includes(id))).toEqual([]);
  });
});
