/** The messages that a row came from, word for word. What is cited and does not exist is said to be so. */
import { Fragment } from "react";
import { exactly } from "../../lib/time";
import { Linked } from "../../sheet/grid/Linked";
import { WarnIcon } from "../../ui/icons";
import { markedParts } from "./marked";
import { type Message, useCited } from "./messages";

interface Props {
  readonly ids: readonly string[];
  /** The number of the latest extraction. */
  readonly latest: number;
  /** The number of the extraction that made the row. */
  readonly own: number | null;
}

export function Sources({ ids, latest, own }: Props) {
  const cited = useCited(ids, latest, own);
  switch (cited.kind) {
    case "loading":
      return <p className="muted">Looking for {ids.length === 1 ? "the message" : "the messages"}…</p>;
    case "forbidden":
      return (
        <p className="source-note" data-testid="sources-forbidden">
          Cites {ids.join(", ")}. Your role does not read raw messages: editors and admins do.
        </p>
      );
    case "failed":
      return (
        <p className="source-note" role="alert">
          Cites {ids.join(", ")}. The messages could not be loaded: {cited.reason}
        </p>
      );
    case "found":
      return (
        <ul className="sources" data-testid="sources">
          {cited.cited.map(({ id, message }) => (
            <li key={id}>{message ? <Quote message={message} /> : <Missing id={id} />}</li>
          ))}
        </ul>
      );
  }
}

function Quote({ message }: { message: Message }) {
  const { id, channel, author, at, text } = message;
  const time = Date.parse(at);
  return (
    <figure className="source" data-testid={`source:${id}`}>
      <figcaption>
        <bdi className="source-author">{author || "someone"}</bdi>
        {channel && (
          <span>
            {" in "}
            <bdi>#{channel}</bdi>
          </span>
        )}
        <span className="chip">{id}</span>
        {!Number.isNaN(time) && (
          <time className="source-time" dateTime={at}>
            {exactly(time)}
          </time>
        )}
      </figcaption>
      <blockquote dir="auto">
        <Marked text={text} />
      </blockquote>
    </figure>
  );
}

const TAGS = { bold: "strong", italic: "em", struck: "s", code: "code" } as const;

/** A message as its author saw it. */
function Marked({ text }: { text: string }) {
  return markedParts(text).map(({ kind, text: words }, place) => {
    const inside = kind === "code" ? words : <Linked text={words} isReachable />;
    const Tag = kind === "plain" ? Fragment : TAGS[kind];
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
    return <Tag key={place}>{inside}</Tag>;
  });
}

function Missing({ id }: { id: string }) {
  return (
    <p className="source source-missing" data-testid={`source-missing:${id}`}>
      <WarnIcon size={14} />
      <span>
        <span className="chip">{id}</span> is cited, but no such message was read. Do not rely on it.
      </span>
    </p>
  );
}
