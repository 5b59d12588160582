/**
 * One line above the sheet that is always there, so that nothing jumps: where the sheet's content comes from, and
 * whatever a person should know about it now. The most pressing notice wins; at most two are shown.
 */
import { type ClientState, MAX_GENERATIONS, type Sheet } from "@cyclesheet/client";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { addDays, mondayOf } from "../lib/dates";
import { useStore } from "../lib/store";
import { keeping } from "../session/keeping";
import { SignInField } from "../session/SignInField";
import { useClient, useController, useMayEdit } from "../sheet/context";
import { fallbackWords, refusalText } from "../sheet/refusalText";
import { RefreshIcon, SparkIcon, WarnIcon } from "../ui/icons";

export type NoticeKind =
  | "removed"
  | "failed"
  | "sessionEnded"
  | "offline"
  | "started"
  | "stale"
  | "fallback"
  | "sample"
  | "empty"
  | "generationFailed"
  | "model"
  | "budget"
  | "byHand";

export interface StripNotice {
  readonly kind: NoticeKind;
  readonly tone: "bad" | "warn" | "busy" | "ai" | "plain";
  readonly text: string;
  /** Which button belongs to it. */
  readonly action?: "refresh" | "reconnect" | "signIn";
}

const KEEPS_NOTHING = "This browser keeps nothing: do not close the tab.";

const plural = (n: number, one: string) => `${n.toLocaleString("en-GB")} ${one}${n === 1 ? "" : "s"}`;

/** What the strip has to say, most pressing first. Pure, so that each sentence can be tested. */
export function stripNotices(
  state: Pick<ClientState, "status" | "unsaved" | "error"> &
    Partial<Pick<ClientState, "user">> & {
      readonly sheet: Pick<Sheet, "generation" | "stale"> | null;
      /** Whether this browser keeps what is unsent. */
      readonly isKept?: boolean;
      /** The week that the address names. */
      readonly cycle?: string | undefined;
    },
): StripNotice[] {
  const { status, unsaved, sheet, error, user, isKept = true, cycle } = state;
  const notices: StripNotice[] = [];
  const kept =
    unsaved === 0
      ? ""
      : isKept
        ? ` Your ${plural(unsaved, "unsaved edit")} ${unsaved === 1 ? "is" : "are"} kept in this tab.`
        : ` ${KEEPS_NOTHING} Your ${plural(unsaved, "edit")} would be lost.`;
  if (status === "removed") {
    notices.push({
      kind: "removed",
      tone: "bad",
      text: `You were removed from this team, so this sheet no longer updates.${kept} Ask an administrator if that is a mistake.`,
    });
  } else if (status === "failed") {
    notices.push({
      kind: "failed",
      tone: "bad",
      text: !error
        ? "This sheet cannot be opened."
        : error.code === "NOT_FOUND" && cycle && /cycle|week/.test(error.message)
          ? weekWords(cycle)
          : refusalText(error).text,
      action: "reconnect",
    });
  } else if (status === "sessionEnded") {
    notices.push({
      kind: "sessionEnded",
      tone: "bad",
      text: `Your sign-in has ended.${kept} Paste a fresh sign-in link to go on.`,
      action: "signIn",
    });
  } else if (status === "offline") {
    notices.push({
      kind: "offline",
      tone: "warn",
      // Until the room has said who this is, nothing can be kept in anybody's name.
      text:
        user === null
          ? `You are offline. You can read the sheet; ${unsaved > 0 && isKept ? `your ${plural(unsaved, "unsaved edit")} ${unsaved === 1 ? "is" : "are"} kept, and ` : ""}editing begins when the network is back.`
          : `You are offline. ${isKept ? "" : `${KEEPS_NOTHING} `}Go on editing: ${unsaved > 0 ? `${plural(unsaved, "edit")} will be` : "edits are"} sent when the network is back.`,
      action: "reconnect",
    });
  }
  const generation = sheet?.generation;
  const isSpent = (generation?.number ?? 0) >= MAX_GENERATIONS;
  const budget: StripNotice = {
    kind: "budget",
    tone: "plain",
    text: `This week’s ${MAX_GENERATIONS} extractions are used up. Go on by hand.`,
  };
  // A button that can only be refused is worse than none.
  const refresh = isSpent ? {} : ({ action: "refresh" } as const);
  if (generation?.state === "started") {
    notices.push({
      kind: "started",
      tone: "busy",
      text: "Reading this week’s messages and filling in the sheet. You can keep working: what people write is never overwritten.",
    });
  }
  if (sheet?.stale && generation?.state !== "started") {
    notices.push({
      kind: "stale",
      tone: "warn",
      text: `${plural(sheet.stale.messages, "new message")} since the extraction.`,
      ...refresh,
    });
  }
  if (!sheet || generation?.state === "started") return notices;
  if (sheet.stale && isSpent) notices.push(budget);
  const note = generation?.note ? ` ${generation.note}` : "";
  const from = generation && generation.messages > 0 ? ` from ${plural(generation.messages, "message")}` : "";
  if (!generation) {
    notices.push({ kind: "byHand", tone: "plain", text: "Nothing has been extracted into this sheet yet." });
  } else if (generation.state === "failed") {
    notices.push({
      kind: "generationFailed",
      tone: "warn",
      text: `The extraction failed.${note} The sheet was not changed.`,
      ...refresh,
    });
    if (isSpent && !sheet.stale) notices.push(budget);
  } else if (generation.origin === "fallback") {
    notices.push({
      kind: "fallback",
      tone: "warn",
      text: fallbackWords(generation.note ?? "", generation.messages),
      ...refresh,
    });
  } else if (generation.origin === "sample") {
    notices.push({ kind: "sample", tone: "ai", text: `Sample data – no model was asked.${note}` });
  } else if (generation.origin === "empty") {
    notices.push({
      kind: "empty",
      tone: "plain",
      text: `There were no messages this week, so nothing was extracted.${note}`,
      ...refresh,
    });
  } else {
    const when = generation.finishedAt
      ? `, ${new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(generation.finishedAt)}`
      : "";
    notices.push({
      kind: "model",
      tone: "ai",
      text: `Filled in by ${generation.model ?? "the model"}${from}${when}.${note}`,
    });
  }
  return notices;
}

/** Why a week cannot be shown: it is no week, or it has no sheet yet. */
function weekWords(cycle: string): string {
  const week = cycle.replace(/^\d{4}-/, "");
  const monday = mondayOf(cycle);
  // A week belongs to the year of its Thursday: most years have no W53, and none has a W60.
  const isWeek = monday !== null && addDays(monday, 3).startsWith(cycle.slice(0, 4));
  return !isWeek
    ? `There is no week ${cycle}.`
    : `${week} has no sheet yet. Sheets start with the current or next week.`;
}

/** Notices shown side by side; more would push each other out of sight. */
const MAX_NOTICES = 2;

export function Strip() {
  const status = useClient((state) => state.status);
  const unsaved = useClient((state) => state.unsaved);
  const isThere = useClient((state) => state.sheet !== null);
  const generation = useClient((state) => state.sheet?.generation ?? null);
  const stale = useClient((state) => state.sheet?.stale ?? null);
  const error = useClient((state) => state.error);
  const [open, setOpen] = useState(false);
  const user = useClient((state) => state.user);
  const isKept = useStore(keeping, (value) => value.isLasting);
  // Not with every cell that somebody writes.
  const notices = useMemo(() => {
    const sheet = isThere ? { generation, stale } : null;
    const cycle = new URLSearchParams(location.search).get("cycle") ?? undefined;
    return stripNotices({ status, unsaved, sheet, error, user, cycle, isKept }).slice(0, MAX_NOTICES);
  }, [status, unsaved, isThere, generation, stale, error, user, isKept]);
  const tone = notices[0]?.tone ?? "plain";
  return (
    <div className="strip" data-tone={tone} data-open={open || undefined} data-testid="strip" role="status">
      {notices.map((notice) => (
        <div
          key={notice.kind}
          className="notice"
          data-tone={notice.tone}
          data-kind={notice.kind}
          data-testid={`notice:${notice.kind}`}
        >
          <span className="notice-icon">
            {notice.tone === "bad" || notice.tone === "warn" ? (
              <WarnIcon />
            ) : notice.tone === "ai" ? (
              <SparkIcon />
            ) : null}
          </span>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a click shows the whole sentence; it is read out whole anyway */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
          <span className="notice-text" title={notice.text} onClick={() => setOpen(!open)}>
            {notice.text}
            {notice.kind === "started" && <Elapsed since={generation?.startedAt ?? 0} />}
          </span>
          <Action notice={notice} />
        </div>
      ))}
      {tone === "busy" && <span className="strip-progress" aria-hidden="true" />}
    </div>
  );
}

/** How long something has been going on, for waits that a person notices. */
function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - since) / 1_000));
  const words = seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  // Every second would be too much to listen to.
  return (
    <span className="elapsed" aria-hidden="true" data-testid="elapsed">
      {" "}
      {words}
    </span>
  );
}

function Action({ notice }: { notice: StripNotice }): ReactNode {
  const { client, screen } = useController();
  const mayEdit = useMayEdit();
  switch (notice.action) {
    case "refresh":
      return mayEdit && <RefreshButton stale={notice.kind === "stale"} />;
    case "reconnect":
      return (
        <>
          <button type="button" className="button button-small" onClick={() => client.reconnect()}>
            Try now
          </button>
          <button
            type="button"
            className="button button-small"
            data-testid="diagnose"
            onClick={() => screen.set({ diagnosis: true })}
          >
            What is wrong?
          </button>
        </>
      );
    case "signIn":
      return <SignInField onToken={() => client.reconnect()} />;
    default:
      return null;
  }
}

function RefreshButton({ stale }: { stale: boolean }) {
  const controller = useController();
  return (
    <button
      type="button"
      className="button button-small"
      data-testid="refresh"
      onClick={() => {
        controller.client.refresh();
        controller.say("Asked for a new extraction. Cells that people wrote stay as they are.");
      }}
    >
      <RefreshIcon size={14} /> {stale ? "Refresh" : "Try again"}
    </button>
  );
}
