/*
 * The commands that need no mechanism of their own: they look around.
 */
#include <lib/ctype.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/monitor.h>
#include <proc/proc.h>

/* --- help --- */

static int help_all(void)
{
	const struct monitor_command *c = NULL;

	while ((c = monitor_next(c)) != NULL)
		console_printf("  %-26s %s\n", c->usage, c->brief);
	console_printf("Keys: Up Down history, Tab completes, Ctrl-C gives up.\n");
	return 0;
}

static int help_command(int argc, char **argv)
{
	const struct monitor_command *c;

	if (argc > 2)
		return monitor_usage();
	if (argc == 1)
		return help_all();

	c = monitor_find(argv[1]);
	if (!c) {
		console_printf("%.64s: no such command; \"help\" lists them\n",
		               argv[1]);
		return 1;
	}
	console_printf("%s: %s\n", c->usage, c->brief);
	console_write(c->help, strlen(c->help)); /* may be longer than console_printf's */
	console_write("\n", 1);
	return 0;
}
MONITOR_COMMAND(help, help_command, "help [WORD]", "list the commands, or explain one",
                "Without an argument: every command with its arguments. With the name\n"
                "of a command: what it does.");

/* --- echo --- */

static int echo_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		console_write(argv[i], strlen(argv[i]));
		if (i + 1 < argc)
			console_write(" ", 1);
	}
	console_write("\n", 1);
	return 0;
}
MONITOR_COMMAND(echo, echo_command, "echo [TEXT...]", "print the arguments",
                "Prints its arguments with one blank between them. Double quotes keep\n"
                "blanks together: echo \"a  b\".");

/* --- cat, ls --- */

static void write_to_console(struct seq_file *m, const char *text, size_t len)
{
	console_write(text, len);
	if (monitor_interrupted())
		m->stopped = true;
}

static int cat_one(const char *path)
{
	const struct proc_file *file = proc_find(path);
	struct seq_file m = {.write = write_to_console};
	int error;

	if (!file) {
		console_printf("cat: %.64s: no such file; \"ls\" lists them\n", path);
		return 1;
	}
	error = file->show(&m);
	if (error && !m.stopped)
		console_printf("cat: %s: error %d\n", file->name, -error);
	return error ? 1 : 0;
}

static int cat_command(int argc, char **argv)
{
	int status = 0;

	if (argc < 2)
		return monitor_usage();
	for (int i = 1; i < argc && !monitor_interrupted(); i++) {
		if (cat_one(argv[i]))
			status = 1;
	}
	return status;
}
MONITOR_COMMAND(cat, cat_command, "cat FILE...", "print files of /proc",
                "Prints each file; the leading /proc/ may be left out.");

static int ls_proc(void)
{
	const struct proc_file *file = NULL;

	while ((file = proc_next(file)) != NULL)
		console_printf("%s\n", file->name);
	return 0;
}

static int ls_command(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/proc";
	const struct proc_file *file;

	if (argc > 2)
		return monitor_usage();
	if (strcmp(dir, "/") == 0) {
		console_printf("proc\n");
		return 0;
	}
	if (strcmp(dir, "/proc") == 0 || strcmp(dir, "/proc/") == 0)
		return ls_proc();
	file = proc_find(dir);
	if (!file) {
		console_printf("ls: %.64s: no such file or directory\n", dir);
		return 1;
	}
	console_printf("%s\n", dir);
	return 0;
}
MONITOR_COMMAND(ls, ls_command, "ls [DIR]", "list the files that cat prints",
                "Without an argument, or for /proc: the reporters.");

/* --- dmesg --- */

#define DMESG_LINE_MAX 1088 /* a record of printk with its stamp */

static int dmesg_command(int argc, char **argv)
{
	static char text[DMESG_LINE_MAX];
	u64 pos = 0;

	(void)argv;
	if (argc > 1)
		return monitor_usage();
	while (!monitor_interrupted() && printk_read(&pos, text, sizeof(text)) >= 0) {
		console_write(text, strlen(text));
		console_write("\n", 1);
	}
	return 0;
}
MONITOR_COMMAND(
    dmesg, dmesg_command, "dmesg", "print the kernel's messages again",
    "Prints the ring of kernel messages, oldest first, with the time of each\n"
    "in seconds since the boot, whatever loglevel= let through to the console.");
