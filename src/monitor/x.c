/*
 * x: memory as 32-bit words and as text, four words a line. Every word is read
 * through copy_from_kernel_nofault(), so that looking at an address that is not
 * mapped is an answer, not an accident.
 */
#include <asm/uaccess.h>
#include <lib/ctype.h>
#include <lib/printk.h>
#include <lib/util.h>
#include <lib/vsprintf.h>
#include <monitor/monitor.h>

#define WORDS_A_LINE  4
#define DEFAULT_WORDS 16
#define MAX_WORDS     0x40000000UL /* all that 32 bits can address */

/* Text columns that a missing word leaves blank. */
#define WORD_COLUMNS 9

/* Read up to count words; returns how many were there. */
static unsigned int read_words(unsigned long address, u32 *words, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned long at = address + i * sizeof(u32);

		if (at < address || at + sizeof(u32) - 1 < at)
			return i;
		if (copy_from_kernel_nofault(&words[i], (const void *)at, sizeof(u32)))
			return i;
	}
	return count;
}

static void print_words(unsigned long address, const u32 *words, unsigned int count)
{
	char text[WORDS_A_LINE * sizeof(u32) + 1];
	const u8 *bytes = (const u8 *)words;
	unsigned int len = count * sizeof(u32);

	console_printf("%08lx:", address);
	for (unsigned int i = 0; i < count; i++)
		console_printf(" %08x", words[i]);
	for (unsigned int i = 0; i < len; i++)
		text[i] = isprint(bytes[i]) ? (char)bytes[i] : '.';
	text[len] = '\0';
	console_printf("%*s  %s\n", (int)((WORDS_A_LINE - count) * WORD_COLUMNS), "",
	               text);
}

static int dump(unsigned long address, unsigned long count)
{
	while (count > 0 && !monitor_interrupted()) {
		u32 words[WORDS_A_LINE];
		unsigned int want =
		    (unsigned int)min_t(unsigned long, count, WORDS_A_LINE);
		unsigned int got = read_words(address, words, want);

		if (got > 0)
			print_words(address, words, got);
		address += got * sizeof(u32);
		if (got < want) {
			console_printf("x: nothing is mapped at %08lx\n", address);
			return 1;
		}
		count -= got;
	}
	return 0;
}

static int x_command(int argc, char **argv)
{
	unsigned long address;
	u64 count = DEFAULT_WORDS;

	if (argc < 2 || argc > 3)
		return monitor_usage();
	if (!monitor_parse_pointer(argv[1], &address))
		return 1;
	if (argc == 3 && !monitor_parse_number(argv[2], "COUNT", 1, MAX_WORDS, &count))
		return 1;
	return dump(address, (unsigned long)count);
}
MONITOR_COMMAND(
    x, x_command, "x ADDRESS [COUNT]", "show memory as words and text",
    "Reads COUNT (16) 32-bit words from a virtual address: hexadecimal, or a\n"
    "kernel symbol like start_kernel or start_kernel+10. Where nothing is\n"
    "mapped it says so.");
