/**
 * strace(1) as the beginning of a command in which it makes one system call go wrong.
 * @param injection as strace takes it, such as `fsync:error=EIO:when=1`
 */
export function injecting(injection: string): readonly string[] {
  const [call] = injection.split(":");
  return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${injection}`];
}
