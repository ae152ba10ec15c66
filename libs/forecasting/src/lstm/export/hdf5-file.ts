import { littleEndian } from './little-endian';

/** Members of a group by name; a name is ASCII, up to 255 characters. */
export interface Hdf5Group {
  readonly [name: string]: Hdf5Group | Hdf5Dataset;
}

/** An array of float32, row-major, of one value at least. */
export class Hdf5Dataset {
  constructor(
    readonly shape: readonly number[],
    readonly values: Float32Array,
  ) {}
}

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const SUPERBLOCK_BYTES = 96;
const UNDEFINED_ADDRESS = 2n ** 64n - 1n;
const NO_SCRATCH = Buffer.alloc(24);

/**
 * An HDF5 file of groups and arrays. HDF5's own library writes times into headers; here nothing depends on anything but the
 * content. Object headers are of version 1, which needs neither checksums nor times; links are compact, arrays contiguous.
 * Source: The HDF Group, HDF5 File Format Specification 3.0, sections II.A, III.C, IV.A.
 */
export function hdf5File(root: Hdf5Group): Buffer {
  const file = new HeapOfBlocks(SUPERBLOCK_BYTES);
  const rootAddress = writeGroup(file, root);
  return Buffer.concat([superblock(rootAddress, file.end), ...file.blocks]);
}

/** Blocks one after another, each at a multiple of eight bytes. */
class HeapOfBlocks {
  readonly blocks: Buffer[] = [];

  constructor(public end: number) {}

  /** Address of the block in the file. */
  append(block: Buffer): number {
    const address = this.end;
    const padded = padToEight(block);
    this.blocks.push(padded);
    this.end += padded.length;
    return address;
  }
}

function superblock(rootAddress: number, end: number): Buffer {
  const versions = [0, 0, 0, 0, 0];
  const bytesOfOffsetsAndLengths = [8, 8, 0];
  const symbolsOfOldGroups = [uint16(4), uint16(16)];
  return Buffer.concat([
    SIGNATURE,
    Buffer.from([...versions, ...bytesOfOffsetsAndLengths]),
    ...symbolsOfOldGroups,
    uint32(0),
    uint64(0),
    uint64(UNDEFINED_ADDRESS),
    uint64(end),
    uint64(UNDEFINED_ADDRESS),
    uint64(0),
    uint64(rootAddress),
    NO_SCRATCH,
  ]);
}

/** Writes a group after its members, whose addresses it holds. */
function writeGroup(file: HeapOfBlocks, group: Hdf5Group): number {
  const links = Object.entries(group).map(([name, member]) => {
    const address = member instanceof Hdf5Dataset ? writeDataset(file, member) : writeGroup(file, member);
    return message(6, Buffer.from([1, 0, name.length]), Buffer.from(name, 'ascii'), uint64(address));
  });
  const linkInfo = message(2, Buffer.from([0, 0]), uint64(UNDEFINED_ADDRESS), uint64(UNDEFINED_ADDRESS));
  const groupInfo = message(10, Buffer.from([0, 0]));
  return file.append(objectHeader([linkInfo, groupInfo, ...links]));
}

function writeDataset(file: HeapOfBlocks, { shape, values }: Hdf5Dataset): number {
  const content = littleEndian(values);
  const address = file.append(content);
  const dataspace = message(1, Buffer.from([1, shape.length, 0, 0]), uint32(0), ...shape.map(uint64));
  const fillValue = message(5, Buffer.from([2, 2, 2, 1]), uint32(0));
  const layout = message(8, Buffer.from([3, 1]), uint64(address), uint64(content.length));
  return file.append(objectHeader([dataspace, float32Type(), fillValue, layout]));
}

/** IEEE 754 single precision, little-endian: sign bit 31, exponent of 8 bits from bit 23 biased by 127, fraction of 23 bits. */
function float32Type(): Buffer {
  return message(
    3,
    Buffer.from([0x11, 0x20, 31, 0]),
    uint32(4),
    uint16(0),
    uint16(32),
    Buffer.from([23, 8, 0, 23]),
    uint32(127),
  );
}

function objectHeader(messages: readonly Buffer[]): Buffer {
  const content = Buffer.concat(messages);
  const references = 1;
  return Buffer.concat([
    Buffer.from([1, 0]),
    uint16(messages.length),
    uint32(references),
    uint32(content.length),
    uint32(0),
    content,
  ]);
}

/** A header message of one of the specification's types. */
function message(type: number, ...parts: readonly Buffer[]): Buffer {
  const content = padToEight(Buffer.concat(parts));
  return Buffer.concat([uint16(type), uint16(content.length), uint32(0), content]);
}

function padToEight(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
