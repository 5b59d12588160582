/** The users in the room: avatars, and a list with role, state and where each person is. */
import { isColumn, type Peer } from "@cyclesheet/client";
import type { CSSProperties } from "react";
import { initials, inkOn, personColor, stateWord } from "../../lib/people";
import { useClient, useController } from "../../sheet/context";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { Popover } from "../../ui/Popover";

/** Avatars in the bar; the rest is a number. */
const MAX_AVATARS = 5;

function Avatar({ peer }: { peer: Peer }) {
  const color = personColor(peer.user.color, peer.user.id);
  return (
    <span
      className="avatar"
      data-state={peer.state?.status ?? "active"}
      style={{ "--person": color, "--person-ink": inkOn(color) } as CSSProperties}
      // Drawn by the style sheet: the name is what is read out.
      data-initials={initials(peer.user.name)}
      title={`${peer.user.name}${peer.self ? " (you)" : ""}, ${stateWord(peer.state?.status)}`}
    />
  );
}

export function People() {
  const controller = useController();
  const peers = useClient((state) => state.peers);
  const tasks = useClient((state) => state.sheet?.tasks);
  if (peers.length === 0) return null;
  const [self] = peers.filter((peer) => peer.self);
  const others = peers.filter((peer) => !peer.self);
  const shown = [...others.slice(0, MAX_AVATARS - 1), ...(self ? [self] : [])];
  const more = peers.length - shown.length;
  const word = peers.length === 1 ? "1 person here" : `${peers.length} people here`;
  return (
    <Popover
      label={`${word}: ${peers.map((peer) => peer.user.name).join(", ")}`}
      align="end"
      className="people"
      testId="people"
      button={
        <>
          {shown.map((peer) => (
            <Avatar key={peer.user.id} peer={peer} />
          ))}
          {more > 0 && <span className="avatar avatar-more" data-initials={`+${more}`} />}
        </>
      }
    >
      {(close) => (
        <>
          <h2 className="popover-title">{word}</h2>
          <ul className="people-list" data-testid="people-list">
            {[...(self ? [self] : []), ...others].map((peer) => {
              const cursor = peer.state?.cursor;
              const index = cursor ? (tasks?.findIndex((task) => task.taskId === cursor.taskId) ?? -1) : -1;
              return (
                <li key={peer.user.id} className="person" data-testid={`person:${peer.user.id}`}>
                  <Avatar peer={peer} />
                  <span className="person-name">
                    <bdi>{peer.user.name}</bdi>
                    {peer.self && <span className="muted"> (you)</span>}
                    <span className="person-state">
                      {peer.role} · {stateWord(peer.state?.status)}
                    </span>
                  </span>
                  {!peer.self && cursor && index >= 0 && isColumn(cursor.column) && (
                    <button
                      type="button"
                      className="link-button"
                      onClick={() => {
                        controller.go({ taskId: cursor.taskId, column: cursor.column });
                        close();
                      }}
                    >
                      <bdi>{COLUMN_INFO[cursor.column].title}</bdi>, row {index + 1}
                    </button>
                  )}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Popover>
  );
}
