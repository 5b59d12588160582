// make watch: the functions behind a Runtime API on this machine (cargo lambda watch), rebuilt as their files change, with
// an emulated AWS behind them that holds what the event files speak of. Ctrl-C ends both and leaves nothing.
import { spawn } from 'node:child_process';
import { Account, ROOT } from './emulator.mjs';
import { sample } from './sample.mjs';

const account = await Account.start();
let watch;
const stop = () => watch?.kill('SIGINT');
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
try {
  const variables = await sample(account);
  const { HOME: _home, TMPDIR: _folder, ...environment } = account.environment;
  // By itself it would listen to the whole network.
  watch = spawn('cargo', ['lambda', 'watch', '--invoke-address', '127.0.0.1', ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env, ...environment, PATH: process.env.PATH, ...variables,
    },
  });
  process.exitCode = await new Promise((resolve) => { watch.once('error', () => resolve(1)); watch.once('exit', (code) => resolve(code ?? 0)); });
} finally {
  await account.stop();
}
