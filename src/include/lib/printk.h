/*
 * The kernel's voice. printk() stamps a message with its level and time, keeps
 * it in a ring that dmesg prints again, and passes it to every console whose
 * level allows. console_*() is the monitor's: no stamp, no ring.
 *
 * None of these sleeps; all may be called with interrupts off and from a trap.
 */
#ifndef LIB_PRINTK_H
#define LIB_PRINTK_H

#include <lib/compiler.h>
#include <lib/types.h>

#define KERN_EMERG   "<0>"
#define KERN_ALERT   "<1>"
#define KERN_CRIT    "<2>"
#define KERN_ERR     "<3>"
#define KERN_WARNING "<4>"
#define KERN_NOTICE  "<5>"
#define KERN_INFO    "<6>"
#define KERN_DEBUG   "<7>"
#define KERN_CONT    "<c>" /* goes on with the line before: no stamp */

/*
 * Format like printf, after one of the levels above (KERN_WARNING by default).
 * A text may hold several lines; each is stamped. One without a newline at its
 * end may be continued with KERN_CONT; if it is not, the next message starts a
 * new line all the same. At most 1023 bytes a call, the rest is cut and marked
 * with "...". Returns the bytes kept. Uses about 1.3 KiB of stack.
 *
 * A trap or an interrupt may print while it has broken into a printk: see
 * lib/logring.h.
 */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args);

#define pr_emerg(fmt, ...)  printk(KERN_EMERG fmt, ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING fmt, ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE fmt, ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)  printk(KERN_DEBUG fmt, ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)

/* A place where text goes. write() must work at any time, in any context. */
struct console {
	const char *name; /* as console= spells it: "ttyS0", "tty0" */
	void (*write)(const char *text, size_t len);
	bool enabled;
	struct console *next;
};

/* Add a console; if it is enabled it is shown what the ring holds already. */
void register_console(struct console *con);

/* Take it out again. Nothing happens if it was not in. */
void unregister_console(struct console *con);

/*
 * Enable the console of that name, as console= spells it: what follows a comma
 * is ignored. The first call that succeeds disables all others, later ones add
 * to it. false: no such name, nothing changed.
 */
bool console_select(const char *name);

/* Messages with a level below this number are shown (default 7: all but
 * debug). loglevel= and quiet set it. */
extern int console_loglevel;

/* The clock behind the stamps; zero until the machine sets it. Microseconds. */
extern u64 (*printk_clock_us)(void);

/* Plain output to every enabled console, for the monitor and reporters. The
 * formatted one cuts after 1023 bytes and returns the bytes written. */
void console_write(const char *text, size_t len);
int console_printf(const char *fmt, ...) __printf(1, 2);

/*
 * Walk the ring, oldest first: copies the record at *pos (start with 0) into
 * buf as "[    0.123456] text" without its newline and advances *pos; a line of
 * several KERN_CONT pieces is one record. Text that does not fit is cut. Returns
 * the length, or -1 when there is no more. Uses about 1.2 KiB of stack.
 */
int printk_read(u64 *pos, char *buf, size_t size);

#endif
