/** What the server tells of each extraction, read leniently: a newer server may tell more, an older one less. */

export interface Report {
  readonly generation: number;
  /** False: it has not ended. */
  readonly isOver: boolean;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly origin: string;
  readonly model: string | null;
  readonly reason: string | null;
  readonly messages: number;
  readonly rows: number;
  readonly carried: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicrodollars: number;
  readonly masked: number;
  readonly smallTalk: number;
  readonly otherLeftOut: number;
  readonly dropped: readonly { readonly line: string; readonly reason: string }[];
  readonly warnings: readonly string[];
  readonly missingCitations: readonly string[];
  readonly problems: readonly string[];
}

export interface Attempt {
  readonly system: string;
  readonly user: string;
  readonly schema: string | null;
  /** The model's words, or null. */
  readonly answer: string | null;
  readonly failure: string | null;
  readonly tookMs: number | null;
}

type Loose = { readonly [field: string]: unknown };
const object = (value: unknown): Loose =>
  typeof value === "object" && value !== null ? (value as Loose) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const text = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
const words = (value: unknown): string | null => (typeof value === "string" ? value : null);

export function reportsIn(json: unknown): Report[] {
  return list(object(json).generations).map((item) => {
    const report = object(item);
    const [usage, leftOut] = [object(report.usage), object(report.leftOut)];
    return {
      generation: number(report.generation),
      isOver: report.finishedAt !== undefined,
      startedAt: number(report.startedAt),
      finishedAt: number(report.finishedAt),
      origin: text(report.origin),
      model: words(report.model),
      reason: words(report.reason),
      messages: number(report.messages),
      rows: number(report.rows),
      carried: number(report.carried),
      calls: number(report.calls),
      inputTokens: number(usage.inputTokens),
      outputTokens: number(usage.outputTokens),
      costMicrodollars: number(report.costMicrodollars),
      masked: number(report.masked),
      smallTalk: number(leftOut.smallTalk),
      otherLeftOut: number(leftOut.other),
      dropped: list(report.dropped).map((one) => ({
        line: text(object(one).line),
        reason: text(object(one).reason),
      })),
      warnings: list(report.warnings).map(text),
      missingCitations: list(report.missingCitations).map(text),
      problems: list(report.problems).map(text),
    };
  });
}

export function attemptsIn(json: unknown): Attempt[] {
  return list(object(json).attempts).map((item) => {
    const [prompt, outcome] = [object(object(item).prompt), object(object(item).outcome)];
    const [answer, failure] = [outcome.answer, outcome.failure];
    return {
      system: text(prompt.system),
      user: text(prompt.user),
      schema: prompt.schema ? JSON.stringify(prompt.schema, null, 2) : null,
      answer: answer === undefined ? null : text(object(answer).text),
      failure: failure === undefined ? null : text(failure),
      tookMs: typeof outcome.tookMs === "number" ? outcome.tookMs : null,
    };
  });
}

/** Why a model's answer did not make the sheet, as a sentence. */
export function reasonWords(reason: string): string {
  const known: { readonly [reason: string]: string } = {
    OUTAGE: "The model's service did not answer.",
    QUOTA: "The model's service had no more quota for us.",
    NO_KEY: "There is no key for the model.",
    BAD_KEY: "The model's service did not accept the key.",
    REFUSED: "The model refused to answer.",
    UNUSABLE: "The answer held no row that could be used.",
    TRUNCATED: "The answer was cut off.",
    MODEL_ERROR: "The model's service reported an error.",
  };
  return known[reason] ?? reason;
}

/** How often a model was asked. The sample's prepared answer went the model's way, but nobody asked one or paid for it. */
export const callsOf = ({ origin, calls }: Pick<Report, "origin" | "calls">): number =>
  origin === "sample" ? 0 : calls;

/** `$0.0123` */
export const dollars = (micro: number): string => `$${(micro / 1_000_000).toFixed(4)}`;
