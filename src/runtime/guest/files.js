// A read-only Emscripten file system over packs, so that no file is copied before Python reads it
// (measured: 0.8 ms to mount against 15 to 22 ms for writing the same 560 files into MEMFS).
//
// A pack is "PYWPACK1", the length of an index (u32, little endian), the index (JSON: a list of
// [path, offset, size] or [path, offset, size, size of the compressed file], offsets from the end of the index), then the
// bytes of all files. A compressed one is unpacked whenever it is opened: few are, after a start from a snapshot.

const MAGIC = "PYWPACK1";
const DIRECTORY_MODE = 0o40555;
const FILE_MODE = 0o100444;
// One constant time for every file: the same inputs then give the same memory snapshot.
const TIME = new Date(1577836800000);
const ENOENT = 44;
const EINVAL = 28;
const EROFS = 69;

// Adds every file of `pack` (an ArrayBuffer) to `tree` under the folder `at` ("" or "a/b").
// A later pack wins over an earlier one.
export function addPack(tree, pack, at = "") {
  for (const [path, bytes, size] of filesIn(pack)) {
    addFile(tree, at ? `${at}/${path}` : path, size === undefined ? bytes : new Compressed(bytes, size));
  }
}

// [path, its bytes in the pack, its size when they are compressed] of each file.
export function* filesIn(pack) {
  const text = new TextDecoder();
  const head = new Uint8Array(pack, 0, 12);
  if (text.decode(head.subarray(0, 8)) !== MAGIC) throw new Error("not a pack of files");
  const indexSize = new DataView(pack).getUint32(8, true);
  const index = JSON.parse(text.decode(new Uint8Array(pack, 12, indexSize)));
  const data = 12 + indexSize;
  for (const [path, offset, size, compressed] of index) {
    yield [path, new Uint8Array(pack, data + offset, compressed ?? size), compressed === undefined ? undefined : size];
  }
}

// In the place of a Uint8Array.
class Compressed {
  constructor(bytes, length) {
    this.bytes = bytes;
    this.length = length;
  }
}

export function addFile(tree, path, bytes) {
  const parts = path.split("/");
  const name = parts.pop();
  let folder = tree;
  for (const part of parts) {
    let next = folder.get(part);
    if (!next) folder.set(part, (next = new Map()));
    folder = next;
  }
  folder.set(name, bytes);
}

export function makePack(files) {
  let offset = 0;
  const index = files.map(([path, bytes]) => {
    const entry = [path, offset, bytes.length];
    offset += bytes.length;
    return entry;
  });
  const indexBytes = new TextEncoder().encode(JSON.stringify(index));
  const pack = new Uint8Array(12 + indexBytes.length + offset);
  pack.set(new TextEncoder().encode(MAGIC));
  new DataView(pack.buffer).setUint32(8, indexBytes.length, true);
  pack.set(indexBytes, 12);
  let at = 12 + indexBytes.length;
  for (const [, bytes] of files) {
    pack.set(bytes, at);
    at += bytes.length;
  }
  return pack;
}

// Mounts `tree` (folders are Maps, files are Uint8Arrays or Compressed) at `mountPoint` in Emscripten's `FS`. `inflate` makes
// the Uint8Array of a Compressed.
export function mountTree(FS, tree, mountPoint, inflate) {
  FS.mkdirTree(mountPoint);
  FS.mount(fileSystemType(FS, inflate), { tree }, mountPoint);
}

function fileSystemType(FS, inflate) {
  const fail = (code) => {
    throw new FS.ErrnoError(code);
  };
  const makeNode = (parent, name, entry) => {
    const isFolder = entry instanceof Map;
    const node = FS.createNode(parent, name, isFolder ? DIRECTORY_MODE : FILE_MODE, 0);
    node.entry = entry;
    node.node_ops = nodeOperations;
    node.stream_ops = streamOperations;
    return node;
  };
  const nodeOperations = {
    getattr(node) {
      const size = node.entry instanceof Map ? 4096 : node.entry.length;
      return {
        dev: 1, ino: node.id, mode: node.mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size,
        atime: TIME, mtime: TIME, ctime: TIME, blksize: 4096, blocks: Math.ceil(size / 4096),
      };
    },
    lookup(parent, name) {
      const entry = parent.entry.get(name);
      return entry === undefined ? fail(ENOENT) : makeNode(parent, name, entry);
    },
    readdir: (node) => [".", "..", ...node.entry.keys()],
    setattr: () => fail(EROFS),
    mknod: () => fail(EROFS),
    rename: () => fail(EROFS),
    unlink: () => fail(EROFS),
    rmdir: () => fail(EROFS),
    symlink: () => fail(EROFS),
    readlink: () => fail(EINVAL),
  };
  const streamOperations = {
    open(stream) {
      const { entry } = stream.node;
      stream.content = entry instanceof Compressed ? inflate(entry) : entry;
    },
    read(stream, buffer, offset, length, position) {
      const bytes = stream.content;
      const count = Math.min(length, bytes.length - position);
      if (count <= 0) return 0;
      buffer.set(bytes.subarray(position, position + count), offset);
      return count;
    },
    write: () => fail(EROFS),
    llseek(stream, offset, whence) {
      const SEEK_CUR = 1;
      const SEEK_END = 2;
      if (whence === SEEK_CUR) offset += stream.position;
      if (whence === SEEK_END) offset += stream.node.entry.length;
      return offset < 0 ? fail(EINVAL) : offset;
    },
  };
  return { mount: (mount) => makeNode(null, "/", mount.opts.tree) };
}
