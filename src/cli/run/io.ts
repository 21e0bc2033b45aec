/** An output of a command; a `tty.WriteStream` fits. */
export interface OutStream {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Width of the terminal; absent or 0 if it has none. */
  columns?: number;
}

/** The input of a command; `process.stdin` fits. */
export interface InStream extends AsyncIterable<string | Uint8Array> {
  isTTY?: boolean;
  /** Releases it, so that a read that still waits does not keep the process alive. */
  destroy?: () => unknown;
}

/** Everything that the command line uses of its process, injected: a test runs `main` with fakes. */
export interface CliIo {
  stdin: InStream;
  stdout: OutStream;
  stderr: OutStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves early and quietly when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** The command as the person typed it: `edge-vm` or `kubectl edge-vm`. */
  programName: string;
  /** Relative paths of flags start here. */
  cwd: string;
  /** Lets the person edit a file with a command line of the shell; gives its exit code. */
  edit: (command: string, file: string) => Promise<number>;
}
