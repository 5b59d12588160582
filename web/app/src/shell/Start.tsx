/** The page when there is no sheet to show. */
import { SignInField } from "../session/SignInField";

/** `onSignIn` goes to where people sign in; without such a place, they bring a link. */
export function SignIn({ onToken, onSignIn }: { onToken: () => void; onSignIn: (() => void) | null }) {
  if (onSignIn)
    return (
      <main className="start">
        <h1>Sign in to Cyclesheet</h1>
        <p>You will come back to the sheet you were going to.</p>
        <button type="button" className="button button-primary" onClick={onSignIn}>
          Sign in
        </button>
      </main>
    );
  return (
    <main className="start">
      <h1>Sign in to Cyclesheet</h1>
      <p>
        Open the sign-in link you were given. On your own machine, the command that started Cyclesheet printed
        one for each role.
      </p>
      <p>You can also paste the link here:</p>
      <SignInField onToken={onToken} />
    </main>
  );
}

export function Failure({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <main className="start" role="alert">
      <h1>The sheet could not be opened</h1>
      <p>{message}</p>
      <button type="button" className="button button-primary" onClick={onRetry}>
        Try again
      </button>
    </main>
  );
}
