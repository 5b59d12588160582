/** A text with what is looked for marked in it. */
import { Fragment } from "react";
import { occurrences, wordsToFind } from "../../lib/fold";
import { useScreen } from "../context";

export function Found({ text }: { text: string }) {
  const find = useScreen((screen) => screen.find);
  if (find === "") return text;
  const ranges = occurrences(text, wordsToFind(find));
  if (ranges.length === 0) return text;
  return (
    <>
      {ranges.map(([start, end], index) => (
        <Fragment key={start}>
          {text.slice(ranges[index - 1]?.[1] ?? 0, start)}
          <mark className="found">{text.slice(start, end)}</mark>
        </Fragment>
      ))}
      {text.slice(ranges.at(-1)?.[1])}
    </>
  );
}
