/*
 * /proc/cmdline: the words that the boot loader passed.
 */
#include <asm/setup.h>
#include <proc/proc.h>

static int cmdline_show(struct seq_file *m)
{
	seq_puts(m, boot_info.cmdline);
	seq_putc(m, '\n');
	return 0;
}
PROC_FILE(cmdline, cmdline_show);
