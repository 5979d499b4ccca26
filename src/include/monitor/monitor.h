/*
 * The monitor: the kernel's prompt. It reads a line from the console, runs the
 * command that the first word names, and prints what it prints. A command is
 * registered where it is written, by MONITOR_COMMAND, and needs no list.
 *
 * Scripted mode is the same without decoration, for a program on the other end
 * of the serial line. Byte 0x01 (Ctrl-A) at an empty prompt enters it and is
 * answered with 0x06 and "\n". From then on there is no echo and no prompt;
 * every line, ended by "\n" or "\r", yields
 *
 *     0x02  what the command prints  0x03  its status in decimal  "\n"
 *
 * and byte 0x04 (Ctrl-D) leads back to the prompt.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <lib/compiler.h>
#include <lib/types.h>

/* The longest line, without its end. */
#define MONITOR_LINE_MAX 1023
/* The most words of a line. */
#define MONITOR_ARGS_MAX 64

/* A command's status, as a shell has it: 0 worked, 1 failed, and */
#define MONITOR_USAGE       2   /* wrongly called; monitor_usage() returns it */
#define MONITOR_NOT_FOUND   127 /* there is no such command */
#define MONITOR_INTERRUPTED 130 /* ended by Ctrl-C */

struct monitor_command {
	const char *name;
	/* argv[0] is the name; argv[argc] is NULL. Returns a status. */
	int (*fn)(int argc, char **argv);
	/* "x ADDRESS [COUNT]". The words in capitals also tell tab completion
	 * what an argument is: FILE, ADDRESS, WORD. */
	const char *usage;
	const char *brief; /* one line, no full stop */
	const char *help;  /* whole sentences, lines of up to 76 columns */
};

/*
 * Register a command at file level:
 *     MONITOR_COMMAND(x, x_command, "x ADDRESS [COUNT]", "show memory", "...");
 * The section holds pointers: an array of structs could be padded.
 */
#define MONITOR_COMMAND(cmd_name, cmd_fn, cmd_usage, cmd_brief, cmd_help)              \
	static const struct monitor_command monitor_command_##cmd_name = {             \
	    #cmd_name, cmd_fn, cmd_usage, cmd_brief, cmd_help};                        \
	static const struct monitor_command *const monitor_entry_##cmd_name __used     \
	    __section("monitor_commands") = &monitor_command_##cmd_name

/* Run the prompt for ever. Interrupts are on; sleeps while nothing is typed. */
__noreturn void monitor_run(void);

/* Run the commands of the boot parameters run=, if there are any. */
void monitor_run_startup(void);

/* Run one line (it is cut into words in place) and return its status; 0 for an
 * empty one. */
int monitor_execute(char *line);

/* Next byte from the console; sleeps until there is one. */
int monitor_getc(void);

/* Has somebody struck Ctrl-C? A command that prints or computes for long asks
 * now and then and returns MONITOR_INTERRUPTED. Cheap. */
bool monitor_interrupted(void);

/* Print "usage: ..." of the command that is running; returns MONITOR_USAGE. */
int monitor_usage(void);

/* The command with this name, or NULL. */
const struct monitor_command *monitor_find(const char *name);

/* The commands in alphabetical order: after NULL the first one, NULL at the
 * end. */
const struct monitor_command *monitor_next(const struct monitor_command *last);

/*
 * Read what a person writes for an address: hexadecimal digits with or without
 * 0x, or a kernel symbol, with or without "+offset" (hexadecimal). Where a word
 * is both (the symbol "add"), 0x decides. At most 64 bits are taken so that
 * physical addresses fit. Prints what is wrong and returns false on failure.
 */
bool monitor_parse_address(const char *word, u64 *address);

/* The same for a virtual address: says so when it does not fit 32 bits. */
bool monitor_parse_pointer(const char *word, unsigned long *address);

/*
 * The frame that a person means by a number: below max_mapnr it is a frame itself;
 * from PAGE_OFFSET to below high_memory a virtual address of lowmem; else a
 * physical address.
 */
unsigned long monitor_frame(u64 value);

/* A decimal or 0x number within [min, max]; prints what is wrong, with the
 * argument's name, and returns false on failure. */
bool monitor_parse_number(const char *word, const char *name, u64 min, u64 max,
                          u64 *number);

#endif
