import assert from 'node:assert/strict';
import { endReason } from '../../src/control-plane/end-reason.js';

const stacks = ['goroutine 1 [running]:', 'kubevirt.io/kubevirt/pkg/certificates/bootstrap.NewFileCertificateManager', '\t/root/go/cert-manager.go:105 +0x185', 'created by kubevirt.io/x in goroutine 1', '\t/root/go/export.go:383 +0xc5'];

describe('why a program of the lab has ended', () => {
  it('is its last fatal line, not the end of the stacks', () => {
    const { words, remedy } = endReason([
      '{"component":"virt-controller","level":"info","msg":"starts"}',
      '{"component":"virt-controller","level":"fatal","msg":"Failed to create an inotify watcher","pos":"cert-manager.go:105","reason":"too many open files"}',
      'panic: Failed to create an inotify watcher', '', ...stacks,
    ].join('\n'));
    assert.match(words, /^\{.*"reason":"too many open files"\} \| panic: Failed to create an inotify watcher$/);
    assert.match(remedy ?? '', /fs\.inotify\.max_user_instances \(\d+\) allows: sudo sysctl fs\.inotify\.max_user_instances=\d{4,}, then start the lab again/);
  });

  it('has the setting for each limit', () => {
    const remedyFor = (line: string): string => endReason(`a\n${line}\n${stacks.join('\n')}`).remedy ?? 'none';
    assert.match(remedyFor('panic: inotify_add_watch /x: no space left on device'), /sysctl fs\.inotify\.max_user_watches=\d{6,}, then/);
    assert.match(remedyFor('F1128 15:12:07.276203    9413 server.go:1] error creating fsnotify watcher: too many open files'), /max_user_instances/);
    assert.match(remedyFor('fatal error: accept tcp 127.0.0.1:1: accept4: too many open files'), /ulimit -n 65536/);
    assert.equal(remedyFor('panic: no space left on device'), 'none');
    assert.match(endReason('Error: EMFILE: too many open files, watch \'/x\'\n    at FSWatcher').remedy ?? '', /max_user_instances/);
  });

  it('is the end of the log if nothing is fatal in it', () => {
    assert.deepEqual(endReason('one\ntwo\nthree\nfour\n'), { words: 'two | three | four' });
  });
});
