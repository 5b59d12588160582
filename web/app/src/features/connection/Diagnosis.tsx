/** Looks into the connection while one watches, and says what is wrong and what can be done. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useNetwork } from "../../session/context";
import { adviceOf, type Finding, probe, type Step, type Verdict } from "../../session/probe";
import { SignInField } from "../../session/SignInField";
import { useClient, useController, useScreen } from "../../sheet/context";
import { CheckIcon, CloseIcon, WarnIcon } from "../../ui/icons";

const STEPS: readonly (readonly [Step, string])[] = [
  ["network", "This device has a network"],
  ["server", "The server answers"],
  ["sign-in", "Your sign-in is accepted"],
  ["socket", "The live connection opens"],
];

export function Diagnosis() {
  const controller = useController();
  const open = useScreen((screen) => screen.diagnosis);
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => controller.screen.set({ diagnosis: false });
  useEffect(() => {
    if (open) dialog.current?.showModal?.();
    else dialog.current?.close?.();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className="help diagnosis"
      aria-label="The connection"
      data-testid="diagnosis"
      onClose={close}
      onCancel={close}
    >
      {open && (
        <>
          <header className="details-head">
            <h2>The connection</h2>
            <button type="button" className="icon-button" aria-label="Close" onClick={close}>
              <CloseIcon />
            </button>
          </header>
          <Examination onDone={close} />
        </>
      )}
    </dialog>
  );
}

function Examination({ onDone }: { onDone: () => void }) {
  const { client } = useController();
  const network = useNetwork();
  const unsaved = useClient((state) => state.unsaved);
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const look = useCallback(() => {
    let isCurrent = true;
    setFindings([]);
    setVerdict(null);
    void probe(
      network.surroundings,
      (finding) => isCurrent && setFindings((list) => [...list, finding]),
    ).then((found) => isCurrent && setVerdict(found));
    return () => {
      isCurrent = false;
    };
  }, [network]);
  useEffect(() => look(), [look]);

  const advice = verdict && adviceOf(verdict, network.host, unsaved);
  const way = network.transport.way();
  const go = (next: "http" | "socket") => {
    network.transport.choose(next);
    client.reconnect();
    onDone();
  };
  return (
    <div className="diagnosis-body">
      <ol className="diagnosis-steps">
        {STEPS.map(([step, words], i) => {
          const finding = findings.find((found) => found.step === step);
          const state = finding
            ? finding.ok
              ? "ok"
              : "bad"
            : findings.length === i && !verdict
              ? "busy"
              : "open";
          return (
            <li key={step} data-state={state} data-testid={`step:${step}`}>
              <span className="diagnosis-mark" aria-hidden="true">
                {state === "ok" ? <CheckIcon /> : state === "bad" ? <WarnIcon /> : null}
              </span>
              <span>{words}</span>
              <span className="muted">
                {finding ? outcome(finding) : state === "busy" ? "looking…" : verdict ? "not asked" : ""}
              </span>
            </li>
          );
        })}
      </ol>
      <div
        className="diagnosis-advice"
        role="status"
        data-testid="verdict"
        data-verdict={verdict ?? undefined}
      >
        {advice && (
          <>
            <h3>{advice.title}</h3>
            <p>{advice.text}</p>
            {advice.forAdmin && (
              <figure className="diagnosis-admin">
                <figcaption>For the people who run your network:</figcaption>
                <blockquote>{advice.forAdmin}</blockquote>
              </figure>
            )}
          </>
        )}
      </div>
      {advice && (
        <p className="diagnosis-actions">
          {advice.action === "useHttp" && (
            <button
              type="button"
              className="button button-primary"
              data-testid="use-http"
              onClick={() => go("http")}
            >
              Continue without it
            </button>
          )}
          {verdict === "fine" && way === "http" && (
            <button
              type="button"
              className="button button-primary"
              data-testid="use-socket"
              onClick={() => go("socket")}
            >
              Use the live connection
            </button>
          )}
          {advice.action === "signIn" && (
            <SignInField
              onToken={() => {
                client.reconnect();
                onDone();
              }}
            />
          )}
          {advice.action === "reconnect" && way === "socket" && client.getState().status !== "live" && (
            <button
              type="button"
              className="button button-primary"
              onClick={() => {
                client.reconnect();
                onDone();
              }}
            >
              Connect now
            </button>
          )}
          <button type="button" className="button" onClick={() => look()}>
            Check again
          </button>
        </p>
      )}
    </div>
  );
}

function outcome({ ok, status, ms, step }: Finding): string {
  if (step === "network") return ok ? "yes" : "no";
  if (ok) return `${ms} ms`;
  return status === null ? "no answer" : `answered ${status}`;
}
