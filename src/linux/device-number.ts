/**
 * What stat(2) has for a device as one number (`st_dev`), of its `major:minor`. The bits are spread as by the C library's
 * makedev(3): twelve of the major number and eight of the minor one at the old places, the others above.
 */
export function deviceNumber(device: string): bigint {
  const [major = 0n, minor = 0n] = device.split(":").map(BigInt);
  return (
    ((major & 0xfffff000n) << 32n) |
    ((major & 0xfffn) << 8n) |
    ((minor & 0xffffff00n) << 12n) |
    (minor & 0xffn)
  );
}
