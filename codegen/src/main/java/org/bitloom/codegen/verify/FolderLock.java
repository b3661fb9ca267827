package org.bitloom.codegen.verify;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.bitloom.fixedpoint.error.BadInputException;

/**
 * The right to use a folder, among threads and processes; the system takes it back from a process
 * that is killed.
 */
final class FolderLock implements AutoCloseable {
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ReentrantLock thread;
  private final FileChannel channel;
  private final FileLock process;

  private FolderLock(ReentrantLock thread, FileChannel channel, FileLock process) {
    this.thread = thread;
    this.channel = channel;
    this.process = process;
  }

  /** Waits for the right. */
  static FolderLock of(Path folder) {
    Path file = folder.toAbsolutePath().normalize().resolve(".lock");
    ReentrantLock thread = THREADS.computeIfAbsent(file, f -> new ReentrantLock());
    thread.lock();
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new FolderLock(thread, channel, channel.lock());
    } catch (IOException e) {
      thread.unlock();
      throw new BadInputException(
          folder.toString(),
          "cannot be written (" + e.getMessage() + ")",
          "choose a folder you may write to with --out",
          e);
    }
  }

  @Override
  public void close() {
    try {
      process.release();
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      thread.unlock();
    }
  }
}
