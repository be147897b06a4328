import { Environment } from './accounts';
import { Clients } from './clients';

export type Properties = Readonly<Record<string, unknown>>;

/** What can be read of one type of resource, and how. */
export interface Reader {
  /** In a person's words. */
  readonly noun: string;
  /** Whether there is one in a registry, without a name. */
  readonly single?: boolean;
  /** What the service has where a template says nothing, as AWS documents it. */
  readonly defaults: (template: Properties, physicalId: string) => Properties;
  /** What no call answers. */
  readonly writeOnly?: readonly string[];
  /** Properties whose text is a JSON document: compared as data. */
  readonly documents?: readonly string[];
  /** Properties whose order means nothing, with what they are ordered by for the comparison. */
  readonly unordered?: readonly string[];
  /** What the service answers, in the words of the template; nothing when there is none. */
  read(clients: Clients, environment: Environment, physicalId: string, template: Properties): Promise<Properties | undefined>;
}

/** `scanOnPush` to `ScanOnPush`, at every depth: CloudFormation's names are the API's with a capital. */
export function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(capitalized); }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key.charAt(0).toUpperCase() + key.slice(1), capitalized(item)]));
}

/** What a call answers, or nothing when its error says that there is none. */
export async function orNothing<T>(call: Promise<T>, ...errors: string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && errors.includes(error.name)) { return undefined; }
    throw error;
  }
}

/** Both sides in one form: documents as data, sets in one order, what is unset or can't be read left out. */
export function comparable(reader: Reader, properties: Properties): Properties {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || reader.writeOnly?.includes(name)) { continue; }
    result[name] = normalized(reader, name, value);
  }
  return result;
}

function normalized(reader: Reader, name: string, value: unknown): unknown {
  if (typeof value === 'string' && reader.documents?.includes(name)) { return JSON.parse(value); }
  if (Array.isArray(value)) {
    const items = value.map(item => normalized(reader, '', item));
    return reader.unordered?.includes(name) ? items.sort((a, b) => order(a) < order(b) ? -1 : 1) : items;
  }
  if (typeof value !== 'object' || value === null || reader.documents?.includes(name)) { return value; }
  // By name, so that the same members are the same text when a list is put in order.
  return Object.fromEntries(Object.entries(value)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([inner, item]) => [inner, normalized(reader, inner, item)]));
}

function order(item: unknown): string {
  const tag = (item as { Key?: string } | null)?.Key;
  return tag ?? JSON.stringify(item);
}
