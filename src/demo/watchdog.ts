/**
 * Ends a server and removes its folders whatever ends us, `kill -9` included. A small shell waits on a pipe that only
 * we hold open; when the pipe closes, it interrupts the process that it was told of last, waits until that is gone
 * and removes the folders. An orderly stop goes the same way, so that there is one path and every stop tests it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Zombies count as gone: in a container nobody may ever collect them. 100 turns are 10 s, then it is killed. */
const SCRIPT = `
trap '' INT TERM HUP
pid=
while read -r line; do pid=$line; done
alive() { kill -0 "$pid" 2>/dev/null && ! grep -qs '^State:.Z' "/proc/$pid/status"; }
if [ -n "$pid" ] && alive; then
  kill -INT "$pid" 2>/dev/null
  turn=0
  while alive && [ $turn -lt 200 ]; do sleep 0.05; turn=$((turn + 1)); done
  if alive; then kill -KILL "$pid" 2>/dev/null; fi
fi
for folder in "$@"; do
  turn=0
  while ! rm -rf "$folder" 2>/dev/null && [ $turn -lt 50 ]; do sleep 0.1; turn=$((turn + 1)); done
done
`

export type Watchdog = Readonly<{
  /** The process to end, in place of the one told before; null when there is none any more. */
  guard(pid: number | null): void
  /** Ends the process, removes the folders; resolves when both are gone. May be called twice. */
  end(): Promise<void>
}>

/** Starts the shell. `paths` are removed at the end; they need not exist yet, nor any more. */
export function startWatchdog(paths: readonly string[]): Watchdog {
  // Its own session: Ctrl-C on our terminal must not reach it. In '/' it keeps no folder busy.
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'mothball-watchdog', ...paths], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.stdin.on('error', () => undefined)
  const gone = once(shell, 'exit')
  // A program that forgets to stop its server may still end by itself, and then the pipe closes.
  shell.unref()
  return {
    guard: (pid) => void shell.stdin.write(`${pid ?? ''}\n`),
    end: async () => {
      shell.ref()
      shell.stdin.end()
      await gone
    },
  }
}
