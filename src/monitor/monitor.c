/*
 * The monitor's two loops: at the prompt bytes go through the line editor, in
 * scripted mode (monitor.h has the protocol) they are collected as they come.
 * Both hand a finished line to monitor_execute(), which cuts it into words and
 * calls the command that the first one names.
 *
 * Ctrl-C is seen twice: as a byte by whoever reads the line, and, while a
 * command runs and nobody reads, as input_interrupt_pending(). A command that
 * was ended that way takes what was typed before the Ctrl-C with it, as a
 * terminal's interrupt key does.
 */
#include <drivers/input.h>
#include <lib/kallsyms.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/editor.h>
#include <monitor/monitor.h>
#include <monitor/words.h>
#include <proc/proc.h>

#define PROMPT "k896> "

#define CTRL_C 0x03
#define CTRL_D 0x04

/* Scripted mode's marks */
#define SCRIPT_READY  "\x06\n"
#define SCRIPT_BEGIN  "\x02"
#define SCRIPT_STATUS "\x03"

/* A proposal must share something with what was typed. */
#define NEAR_ENOUGH(len) ((len) / 2 + 1)

extern const struct monitor_command *const __start_monitor_commands[];
extern const struct monitor_command *const __stop_monitor_commands[];

static struct editor editor;
static char line[MONITOR_LINE_MAX + 1];
static const struct monitor_command *running;

/* --- commands --- */

const struct monitor_command *monitor_next(const struct monitor_command *last)
{
	const struct monitor_command *next = NULL;

	for (const struct monitor_command *const *p = __start_monitor_commands;
	     p < __stop_monitor_commands; p++) {
		if (last && strcmp((*p)->name, last->name) <= 0)
			continue;
		if (!next || strcmp((*p)->name, next->name) < 0)
			next = *p;
	}
	return next;
}

const struct monitor_command *monitor_find(const char *name)
{
	for (const struct monitor_command *const *p = __start_monitor_commands;
	     p < __stop_monitor_commands; p++) {
		if (strcmp((*p)->name, name) == 0)
			return *p;
	}
	return NULL;
}

static const char *nearest_command(const char *name)
{
	unsigned int best = NEAR_ENOUGH((unsigned int)strnlen(name, MONITOR_LINE_MAX));
	const struct monitor_command *c = NULL;
	const char *nearest = NULL;

	while ((c = monitor_next(c)) != NULL) {
		unsigned int distance = words_distance(name, c->name);

		if (distance < best) {
			best = distance;
			nearest = c->name;
		}
	}
	return nearest;
}

static int not_found(const char *name)
{
	const char *nearest = nearest_command(name);

	if (nearest)
		console_printf("%.64s: no such command; did you mean \"%s\"?\n", name,
		               nearest);
	else
		console_printf("%.64s: no such command; \"help\" lists them\n", name);
	return MONITOR_NOT_FOUND;
}

int monitor_usage(void)
{
	if (running)
		console_printf("usage: %s\n", running->usage);
	return MONITOR_USAGE;
}

static int run(const struct monitor_command *command, int argc, char **argv)
{
	int status;

	running = command;
	status = command->fn(argc, argv);
	running = NULL;
	if (!monitor_interrupted())
		return status;
	input_discard_interrupt();
	return MONITOR_INTERRUPTED;
}

int monitor_execute(char *text)
{
	char *argv[MONITOR_ARGS_MAX + 1];
	int argc = words_split(text, argv, MONITOR_ARGS_MAX + 1);
	const struct monitor_command *command;

	if (argc == WORDS_TOO_MANY) {
		console_printf("more than %d words\n", MONITOR_ARGS_MAX);
		return MONITOR_USAGE;
	}
	if (argc == WORDS_OPEN_QUOTE) {
		console_printf("a double quote is left open\n");
		return MONITOR_USAGE;
	}
	if (argc == 0)
		return 0;

	command = monitor_find(argv[0]);
	return command ? run(command, argc, argv) : not_found(argv[0]);
}

/* --- input --- */

bool monitor_interrupted(void)
{
	return input_interrupt_pending();
}

int monitor_getc(void)
{
	int byte;

	while ((byte = input_getc_nowait()) < 0)
		wait_event_interruptible(input_wait, input_available());
	return byte;
}

/* --- completion --- */

static void offer_commands(struct completion *c)
{
	const struct monitor_command *command = NULL;

	while ((command = monitor_next(command)) != NULL)
		completion_offer(c, command->name);
}

static void offer_files(struct completion *c)
{
	const struct proc_file *file = NULL;
	char path[COMPLETION_MAX + 1] = "/proc/";
	size_t prefix = strlen(path);

	while ((file = proc_next(file)) != NULL) {
		strlcpy(path + prefix, file->name, sizeof(path) - prefix);
		completion_offer(c,
		                 c->word_len && c->word[0] == '/' ? path : file->name);
	}
}

static void offer_symbols(struct completion *c)
{
	unsigned long address;
	const char *name;
	size_t i = 0;
	char type;

	while (kallsyms_iterate(&i, &address, &type, &name))
		completion_offer(c, name);
}

/* The command whose argument begins at word_start, or NULL. */
static const struct monitor_command *command_of(const char *text)
{
	char name[COMPLETION_MAX + 1];
	size_t len;

	text += strspn(text, " ");
	len = strcspn(text, " ");
	if (len >= sizeof(name))
		return NULL;
	memcpy(name, text, len);
	name[len] = '\0';
	return monitor_find(name);
}

/* The usage tells what a command's arguments are. */
static void offer(struct editor *ed, size_t word_start, struct completion *c)
{
	const struct monitor_command *command;

	if (strspn(ed->line, " ") == word_start) {
		offer_commands(c);
		return;
	}
	command = command_of(ed->line);
	if (!command)
		return;
	if (strstr(command->usage, "WORD"))
		offer_commands(c);
	else if (strstr(command->usage, "FILE"))
		offer_files(c);
	else if (strstr(command->usage, "ADDRESS"))
		offer_symbols(c);
}

/* --- the loops --- */

static const char too_long[] = "line too long: at most %d bytes, nothing was run\n";

static void run_script_line(size_t len, bool overflow)
{
	int status = 1;

	line[len] = '\0';
	console_write(SCRIPT_BEGIN, strlen(SCRIPT_BEGIN));
	if (overflow)
		console_printf(too_long, MONITOR_LINE_MAX);
	else
		status = monitor_execute(line);
	console_printf(SCRIPT_STATUS "%d\n", status);
}

static void scripted_mode(void)
{
	bool overflow = false;
	size_t len = 0;
	int last = 0;

	console_write(SCRIPT_READY, strlen(SCRIPT_READY));
	for (;;) {
		int byte = monitor_getc();
		bool crlf = last == '\r' && byte == '\n';

		last = byte;
		if (byte == CTRL_D)
			return;
		if (byte == '\r' || (byte == '\n' && !crlf))
			run_script_line(len, overflow);
		if (byte == '\r' || byte == '\n' || byte == CTRL_C) {
			len = 0;
			overflow = false;
		} else if (len == MONITOR_LINE_MAX) {
			overflow = true;
		} else if (byte != 0) {
			line[len++] = (char)byte;
		}
	}
}

static void run_edited_line(void)
{
	editor_remember(&editor);
	strlcpy(line, editor.line, sizeof(line));
	monitor_execute(line);
}

static const struct editor_ops editor_ops = {
    .emit = console_write,
    .complete = offer,
};

void monitor_run(void)
{
	monitor_run_startup();
	editor_init(&editor, &editor_ops, PROMPT);
	editor_start(&editor);
	for (;;) {
		enum editor_result result = editor_feed(&editor, (u8)monitor_getc());

		if (result == EDITOR_MORE)
			continue;
		if (result == EDITOR_LINE)
			run_edited_line();
		else if (result == EDITOR_TOO_LONG)
			console_printf(too_long, MONITOR_LINE_MAX);
		else if (result == EDITOR_SCRIPTED)
			scripted_mode();
		editor_start(&editor);
	}
}
