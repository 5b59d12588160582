/**
 * What the model proposes where a person has written the summary: shown beside it, never put over it. A summary that
 * the model wrote itself and people then changed is no proposal; the log knows which it was.
 */
import { SYSTEM_ID } from "@cyclesheet/client";
import { plainText } from "@cyclesheet/client/notes";
import { useEffect, useState } from "react";
import { settings } from "../../session/settings";
import { useClient, useController, useMayEdit } from "../../sheet/context";
import { SUMMARY } from "../../sheet/docs";
import { SparkIcon } from "../../ui/icons";
import { documentOf, say } from "./contents";
import { notesOf, useNote } from "./provider";

const plain = (text: string) => text.replace(/\s+/g, " ").trim();

export default function Proposal() {
  const controller = useController();
  const mayEdit = useMayEdit();
  const text = useClient((state) => state.sheet?.executiveSummary ?? "");
  const cycle = useClient((state) => state.sheet?.cycleId ?? "");
  const number = useClient((state) => state.sheet?.generation?.number ?? 0);
  const finished = useClient((state) => state.sheet?.generation?.state === "generated");
  const isTouched = useClient((state) => state.sheet?.docs[SUMMARY]?.isManuallyEdited ?? false);
  const opened = useNote(SUMMARY);
  const [decided, setDecided] = useState(() => settings.get(`proposal:${cycle}`));
  const [isNews, setIsNews] = useState(false);
  const asks = finished && isTouched && text.trim() !== "" && decided !== `${number}`;

  useEffect(() => {
    let isHere = true;
    setIsNews(false);
    if (!asks) return;
    const { tasks } = controller.client.getState().sheet ?? { tasks: [] };
    const versions = tasks.flatMap(({ cells }) =>
      Object.values(cells).flatMap((cell) => (cell?.author === SYSTEM_ID ? cell.version : [])),
    );
    const version = Math.max(0, ...versions);
    void notesOf(controller.client)
      .at(SUMMARY, version)
      .then((update) => {
        if (!isHere || update === null) return;
        const then = documentOf(update);
        setIsNews(plain(plainText(then)) !== plain(text));
        then.destroy();
      });
    return () => {
      isHere = false;
    };
  }, [asks, text, controller]);

  if (!asks || !isNews || opened?.state.status !== "ready") return null;
  const { doc } = opened.state;
  const decide = () => {
    settings.set(`proposal:${cycle}`, `${number}`);
    setDecided(`${number}`);
  };
  const use = () => {
    say(doc, text);
    opened.note.flush();
    decide();
    controller.say("The summary is now the model’s. The text before it is under Past versions.");
  };
  return (
    <section className="proposal" aria-label="The model’s proposal" data-testid="proposal">
      <p className="proposal-head">
        <SparkIcon size={13} /> The model proposes another summary
      </p>
      <p className="proposal-text">
        <bdi>{text}</bdi>
      </p>
      <div className="proposal-actions">
        {mayEdit && (
          <button type="button" className="button button-small" data-testid="proposal-use" onClick={use}>
            Use it
          </button>
        )}
        <button
          type="button"
          className="button button-quiet button-small"
          data-testid="proposal-dismiss"
          onClick={decide}
        >
          Dismiss
        </button>
      </div>
    </section>
  );
}
