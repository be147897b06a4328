import { PLAIN, Style } from './style';

export type Tone = keyof Style;

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly title: string;
  /** Longer text takes several lines. */
  readonly width?: number;
  readonly align?: 'left' | 'right';
}

/** Cells, or a rule between what is above and what is below. */
export type Row = readonly (string | Cell)[] | 'rule';

/** A table with rules around it; its cells may be toned and may take several lines. */
export function table(columns: readonly Column[], rows: readonly Row[], style: Style = PLAIN): string {
  const body = rows.map(row => row === 'rule' ? row : columns.map((column, i) => toCell(row[i] ?? '', column)));
  const widths = columns.map((column, i) =>
    Math.max(length(column.title), ...body.flatMap(row => row === 'rule' ? [] : row[i].lines.map(length))));
  const rule = (left: string, cross: string, right: string) =>
    style.dim(left + widths.map(width => '─'.repeat(width + 2)).join(cross) + right);
  const bar = style.dim('│');
  const line = (cells: { text: string; tone?: Tone }[]) => bar + cells.map((cell, i) => {
    const gap = ' '.repeat(widths[i] - length(cell.text));
    const text = cell.tone ? style[cell.tone](cell.text) : cell.text;
    return columns[i].align === 'right' ? ` ${gap}${text} ` : ` ${text}${gap} `;
  }).join(bar) + bar;

  const printed = [rule('┌', '┬', '┐'), line(columns.map(({ title }) => ({ text: title, tone: 'bold' }))), rule('├', '┼', '┤')];
  for (const row of body) {
    if (row === 'rule') {
      printed.push(rule('├', '┼', '┤'));
      continue;
    }
    const height = Math.max(...row.map(cell => cell.lines.length));
    for (let i = 0; i < height; i++) {
      printed.push(line(row.map(cell => ({ text: cell.lines[i] ?? '', tone: cell.tone }))));
    }
  }
  printed.push(rule('└', '┴', '┘'));
  return printed.join('\n');
}

function toCell(value: string | Cell, column: Column): { lines: string[]; tone?: Tone } {
  const cell = typeof value === 'string' ? { text: value } : value;
  return { lines: cell.text.split('\n').flatMap(text => wrap(text, column.width ?? Infinity)), tone: cell.tone };
}

/** Lines of at most `width` characters, broken between words, and inside a word that is longer. */
export function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap(long => pieces(long, width))) {
    const last = lines[lines.length - 1];
    const longer = last === '' ? word : `${last} ${word}`;
    if (last === '' || length(longer) <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

function pieces(word: string, width: number): string[] {
  const characters = [...word];
  const cut: string[] = [];
  while (characters.length > width) { cut.push(characters.splice(0, width).join('')); }
  return [...cut, characters.join('')];
}

/** At most `width` characters: the middle of a longer text is left out, its ends tell names apart. */
export function shorten(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) { return text; }
  const end = Math.floor((width - 1) / 3);
  return `${characters.slice(0, width - 1 - end).join('')}…${characters.slice(characters.length - end).join('')}`;
}

/** In characters as a person counts them, not in UTF-16 units. */
function length(text: string): number {
  return [...text].length;
}
