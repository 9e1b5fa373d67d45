/**
 * What a test must not depend on: the umask and the locale of whoever starts it. Read by `bun test` (bunfig.toml) and by the
 * test programs that are no tests of its kind; what they start inherits it.
 */
process.umask(0o022);
for (const name of Object.keys(process.env)) {
  if (name === "LANG" || name === "LANGUAGE" || name.startsWith("LC_")) delete process.env[name];
}
process.env["LC_ALL"] = "C.UTF-8";
