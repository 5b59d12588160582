/** The people of the team: who is here, with which role; for admins, also the ways to change that. */
import type { Op, Role } from "@cyclesheet/client";
import { useCallback, useState } from "react";
import { momentOf } from "../../lib/moments";
import { stateWord } from "../../lib/people";
import { useApi } from "../../session/context";
import { AnswerState, useAnswer } from "../../sheet/answer";
import { useClient, useController } from "../../sheet/context";
import { AuthorMark } from "../../sheet/log/AuthorMark";
import { useFollowLog, useLog } from "../../sheet/log/context";
import { type Listed, listed, ROLES } from "./listed";

export function MembersPanel() {
  const api = useApi();
  useFollowLog();
  const standings = useLog((state) => state.standings);
  const peers = useClient((state) => state.peers);
  const authors = useClient((state) => state.sheet?.authors);
  const me = useClient((state) => state.user?.id);
  const isAdmin = useClient((state) => state.role === "admin");
  const ask = useCallback(() => api.members(), [api]);
  // A member who was re-admitted, or came for the first time, is in the server's list.
  const [members, load] = useAnswer(ask, [standings, peers.length]);
  const people = listed(members.is === "here" ? members.value : [], peers, standings, authors ?? {});
  const here = people.filter((person) => person.peer !== null && person.removed === null);
  const away = people.filter((person) => person.peer === null && person.removed === null);
  const removed = people.filter((person) => person.removed !== null);
  const section = (title: string, list: readonly Listed[]) =>
    list.length > 0 && (
      <section className="history-day">
        <h3>
          {title} ({list.length})
        </h3>
        <ul>
          {list.map((person) => (
            <Person key={person.id} person={person} isMe={person.id === me} isAdmin={isAdmin} />
          ))}
        </ul>
      </section>
    );
  return (
    <div className="side" data-testid="members">
      <h2 className="panel-title">People and roles</h2>
      <p className="side-note">
        {isAdmin
          ? "A role that you set here holds from now on, in this week and in the next ones. Removing someone closes this workspace to them at once. What they wrote stays."
          : "An admin changes roles and removes people."}
      </p>
      <AnswerState answer={members} onRetry={load} failed="The list of people could not be loaded." />
      {section("Here now", here)}
      {section("Not here", away)}
      {section("Removed", removed)}
    </div>
  );
}

function Person({ person, isMe, isAdmin }: { person: Listed; isMe: boolean; isAdmin: boolean }) {
  const controller = useController();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { id, name, role, peer, removed } = person;
  const send = async (op: Op, done: string) => {
    setAsking(false);
    setBusy(true);
    const outcome = await controller.send([op]);
    setBusy(false);
    if (outcome.ok) controller.say(done, "good");
  };
  return (
    <li className="member" data-testid={`member:${id}`} data-removed={removed ? true : undefined}>
      <div className="member-line">
        <AuthorMark id={id} name={name} />
        <span className="person-name">
          {name}
          {isMe && <span className="muted"> (you)</span>}
          <span className="person-state">
            {removed
              ? `removed by ${removed.by}, ${momentOf(removed.at)}`
              : peer
                ? stateWord(peer.state?.status)
                : person.seenAt > 0
                  ? `last here ${momentOf(person.seenAt)}`
                  : "not here"}
          </span>
        </span>
        {busy ? (
          <span className="muted" role="status">
            Saving…
          </span>
        ) : removed ? (
          isAdmin && (
            <button
              type="button"
              className="button button-small"
              data-testid={`let-back:${id}`}
              onClick={() => void send({ op: "MEMBER_RESTORE", userId: id }, `${name} may come back.`)}
            >
              Let back in
            </button>
          )
        ) : isAdmin && !isMe ? (
          <>
            <select
              className="input"
              aria-label={`Role of ${name}`}
              data-testid={`role:${id}`}
              value={role}
              onChange={(event) =>
                void send(
                  { op: "MEMBER_ROLE", userId: id, role: event.target.value as Role },
                  `${name} is ${event.target.value} now.`,
                )
              }
            >
              {ROLES.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
            <button
              type="button"
              className="button button-small"
              aria-label={`Remove ${name}…`}
              aria-expanded={asking}
              data-testid={`remove:${id}`}
              onClick={() => setAsking(!asking)}
            >
              Remove…
            </button>
          </>
        ) : (
          <span className="tag">{role}</span>
        )}
      </div>
      {asking && (
        <div className="member-ask" role="alert">
          <p>
            Remove <strong>{name}</strong> from the whole workspace? Their pages close within seconds, and
            they see no sheet of any team until somebody lets them back in.
          </p>
          <p className="member-answers">
            <button
              type="button"
              className="button button-small button-danger"
              data-testid={`remove-yes:${id}`}
              onClick={() => void send({ op: "MEMBER_REVOKE", userId: id }, `${name} is removed.`)}
            >
              Remove {name}
            </button>
            <button type="button" className="button button-small" onClick={() => setAsking(false)}>
              Keep
            </button>
          </p>
        </div>
      )}
    </li>
  );
}
