// `pocket.files`: what is beneath the folders that the manifest names.
(function (host) {
  'use strict';

  /** Errors of WASI preview 1, by number, that say what the manifest would have to ask for. */
  const RIGHTS = { 2: 'reading from ', 63: '', 69: 'writing to ', 76: '' };
  /** Those that say that there is no room: EDQUOT, EFBIG, ENOSPC. */
  const FULL = [19, 22, 51];
  /** The others, as Node calls them. */
  const REASONS = {
    20: ['EEXIST', 'there already'],
    28: ['EINVAL', 'no path for this'],
    31: ['EISDIR', 'a folder'],
    32: ['ELOOP', 'too many links'],
    37: ['ENAMETOOLONG', 'too long'],
    44: ['ENOENT', 'not there'],
    48: ['ENOMEM', 'too large for the memory of the plugin'],
    54: ['ENOTDIR', 'not a folder'],
    55: ['ENOTEMPTY', 'a folder that is not empty'],
    75: ['EXDEV', 'on two disks'],
  };

  function refusal(errno, path, shown) {
    if (errno in RIGHTS) return new host.PermissionError(`permissions.filesystem does not allow ${RIGHTS[errno]}${shown}`);
    if (FULL.includes(errno)) return new host.HostError('quota-exceeded', `permissions.disk, or the disk, has no room for ${shown}`);
    const [code, reason] = REASONS[errno] ?? ['EIO', `error ${errno} of WASI`];
    return Object.assign(new Error(`${code}: ${reason}: ${shown}`), { code, path });
  }

  function absolute(path) {
    if (typeof path !== 'string' || !path.startsWith('/')) throw new TypeError(`not an absolute path: ${path}`);
    return path.toWellFormed();
  }

  /** Turns the engine's error numbers into errors. */
  function explained(work, path, shown) {
    try {
      return work();
    } catch (error) {
      throw typeof error === 'number' ? refusal(error, path, shown) : error;
    }
  }

  /** Does something to a path. */
  function act(work, path, ...values) {
    const wanted = absolute(path);
    return explained(() => work(wanted, ...values), path, path);
  }

  function bytesOf(content) {
    if (typeof content === 'string') return host.encode(content.toWellFormed());
    if (content instanceof Uint8Array) return content;
    throw new TypeError('neither a text nor a Uint8Array');
  }

  const files = {
    async read(path) {
      return act(host.readFile, path);
    },

    async readText(path) {
      return host.decode(act(host.readFile, path), false, false)[0];
    },

    async write(path, content) {
      act(host.writeFile, path, bytesOf(content), false);
    },

    async append(path, content) {
      act(host.writeFile, path, bytesOf(content), true);
    },

    async list(path) {
      return act(host.listFolder, path);
    },

    async mkdir(path) {
      act(host.makeFolder, path);
    },

    async rename(from, to) {
      const both = [absolute(from), absolute(to)];
      explained(() => host.renameFile(...both), from, `${from}, which was to be ${to}`);
    },

    async stat(path) {
      const [kind, size, modified] = act(host.fileStat, path);
      return { kind, size, modified: new Date(modified) };
    },

    async remove(path) {
      act(host.removeFile, path);
    },

    async exists(path) {
      return act(host.fileExists, path);
    },
  };

  host.files = Object.freeze(files);
});
