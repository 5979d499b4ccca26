/*
 * The sink that reporters write into, and the one that fills a buffer. Linux's
 * seq_file restarts a show function when its page overflows; ours passes every
 * piece on at once and needs no buffer.
 */
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>
#include <proc/proc.h>

void seq_write(struct seq_file *m, const char *text, size_t len)
{
	if (m->stopped || len == 0)
		return;
	m->count += len;
	m->write(m, text, len);
}

void seq_puts(struct seq_file *m, const char *text)
{
	seq_write(m, text, strlen(text));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	char text[SEQ_PRINTF_MAX + 1];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	seq_write(m, text, (size_t)len);
}

static void write_to_buffer(struct seq_file *m, const char *text, size_t len)
{
	struct seq_buffer *buffer = container_of(m, struct seq_buffer, seq);
	size_t used = m->count - len; /* count includes this piece already */
	size_t room = buffer->size - 1 - used;

	if (len > room) {
		m->stopped = true;
		m->count = buffer->size - 1;
		len = room;
	}
	memcpy(buffer->text + used, text, len);
	buffer->text[used + len] = '\0';
}

void seq_buffer_init(struct seq_buffer *buffer, char *text, size_t size)
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->seq.write = write_to_buffer;
	buffer->text = text;
	buffer->size = size;
	text[0] = '\0';
}
