/*
 * crash: every way in which a kernel goes wrong, on purpose, to see what it says
 * then. break: into the debugger.
 */
#include <asm/processor.h>
#include <asm/sections.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/monitor.h>

#define RECURSION_BYTES 256

static bool endless = true;

static noinline void write_word(unsigned long address)
{
	__asm__("" : "+r"(address)); /* the compiler may not know where */
	*(volatile u32 *)address = 0;
}

static void crash_null(void)
{
	write_word(0x10);
}

/* Physical 1 MiB, where the kernel lies, without PAGE_OFFSET. */
static void crash_identity(void)
{
	write_word(0x100000);
}

static void crash_text(void)
{
	write_word((unsigned long)_text);
}

static void crash_rodata(void)
{
	write_word((unsigned long)__start_rodata);
}

static void crash_nx(void)
{
	static u8 code[] = {0xc3}; /* ret, in data */

	((void (*)(void))code)();
}

static void crash_divide(void)
{
	/* both: 1 / x with a constant 1 is compiled without a division */
	volatile int one = 1;
	volatile int zero = 0;

	console_printf("%d\n", one / zero);
}

static void crash_opcode(void)
{
	__builtin_trap();
}

static void crash_bug(void)
{
	BUG_ON("crash bug"[0] == 'c');
}

static void crash_panic(void)
{
	panic("crash panic was typed");
}

static noinline int overflow_stack(int depth)
{
	volatile u8 frame[RECURSION_BYTES];

	frame[0] = (u8)depth;
	if (READ_ONCE(endless))
		depth = overflow_stack(depth + 1);
	return depth + frame[0];
}

static void crash_stack(void)
{
	console_printf("%d\n", overflow_stack(0));
}

static const struct {
	const char *name;
	void (*fn)(void);
} kinds[] = {
    {"null", crash_null},     {"identity", crash_identity},
    {"text", crash_text},     {"rodata", crash_rodata},
    {"nx", crash_nx},         {"divide", crash_divide},
    {"opcode", crash_opcode}, {"bug", crash_bug},
    {"panic", crash_panic},   {"stack", crash_stack},
};

static int crash_command(int argc, char **argv)
{
	if (argc != 2)
		return monitor_usage();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0) {
			kinds[i].fn();
			console_printf("crash %s: the kernel survived\n", argv[1]);
			return 1;
		}
	return monitor_usage();
}
MONITOR_COMMAND(
    crash, crash_command,
    "crash null|identity|text|rodata|nx|divide|opcode|bug|panic|stack",
    "make the kernel fault, to see its report",
    "null: write near address 0. identity: write to physical 1 MiB as if it\n"
    "were virtual. text, rodata: write to what is read-only. nx: execute data.\n"
    "stack: recurse until the guard page, a double fault. The machine ends.");

static int break_command(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return monitor_usage();
	bochs_magic_break();
	return 0;
}
MONITOR_COMMAND(
    break, break_command, "break", "stop in Bochs's debugger",
    "Executes xchg bx,bx, at which Bochs stops when its configuration says\n"
    "magic_break: enabled=1. Elsewhere it does nothing.");
