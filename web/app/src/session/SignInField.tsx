/** The field for a sign-in link, where a session has ended or none has begun. */
import { type FormEvent, useState } from "react";
import { storeToken, tokenIn } from "./places";

/** Takes a fresh sign-in link (or token) without leaving the page, so that unsaved edits live on. */
export function SignInField({ onToken }: { onToken: () => void }) {
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = tokenIn(String(new FormData(event.currentTarget).get("link") ?? ""));
    setWrong(token === null);
    if (token === null) return;
    storeToken(token);
    onToken();
  };
  return (
    <form className="sign-in-field" onSubmit={submit}>
      <input
        className="input"
        name="link"
        type="password"
        autoComplete="off"
        aria-label="Sign-in link"
        placeholder={wrong ? "That is no sign-in link" : "Sign-in link"}
        aria-invalid={wrong}
      />
      <button type="submit" className="button button-small">
        Sign in
      </button>
    </form>
  );
}
