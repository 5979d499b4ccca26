/*
 * /proc without a file system: a reporter is a function that writes text into
 * a sink. The monitor's `cat` gives it the console, a test gives it a buffer.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include <lib/compiler.h>
#include <lib/types.h>

/* Where a reporter's text goes. */
struct seq_file {
	/* Takes len bytes; may set stopped. Does not sleep. */
	void (*write)(struct seq_file *m, const char *text, size_t len);
	void *private; /* the sink's own */
	size_t count;  /* bytes written so far */
	bool stopped;  /* nobody listens any more: what follows is dropped */
};

/* The longest piece that one seq_printf() can write; the rest is cut. */
#define SEQ_PRINTF_MAX 512

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *text);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const char *text, size_t len);

/* A reporter of unbounded length asks now and then and returns -EINTR. */
static inline bool seq_stopped(const struct seq_file *m)
{
	return m->stopped;
}

/* A sink that fills a buffer and keeps it terminated; what does not fit is cut
 * and stops it. size is at least 1. */
struct seq_buffer {
	struct seq_file seq;
	char *text;
	size_t size;
};

void seq_buffer_init(struct seq_buffer *buffer, char *text, size_t size);

struct proc_file {
	const char *name; /* "iomem" */
	/* Write all of the file; 0 or a negative errno. */
	int (*show)(struct seq_file *m);
};

/*
 * Register a reporter at file level: PROC_FILE(iomem, iomem_show);
 * The section holds pointers: an array of structs could be padded.
 */
#define PROC_FILE(file_name, file_show)                                                \
	static const struct proc_file proc_file_##file_name = {#file_name, file_show}; \
	static const struct proc_file *const proc_entry_##file_name __used __section(  \
	    "proc_files") = &proc_file_##file_name

/* The files in alphabetical order: after NULL the first one, NULL at the end. */
const struct proc_file *proc_next(const struct proc_file *last);

/* The file called "iomem" or "/proc/iomem", or NULL. */
const struct proc_file *proc_find(const char *path);

#endif
