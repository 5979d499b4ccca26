/*
 * /proc/iomem: the resource tree of physical memory, two blanks a level, as
 * Linux prints it. The end of a range is its last byte.
 */
#include <lib/errno.h>
#include <lib/resource.h>
#include <proc/proc.h>

#define INDENT 2

static void show_resource(const struct resource *res, unsigned int depth, void *arg)
{
	/* LAB 1.3 BEGIN
	 * "000f0000-000fffff : System ROM", behind INDENT blanks for each level of
	 * depth. A node without a name is called <BAD>.
	 * START WITH
	 *	(void)depth;
	 *	seq_printf(arg, "%s\n", res->name);
	 */
	seq_printf(arg, "%*s%08llx-%08llx : %s\n", (int)(depth * INDENT), "",
	           (unsigned long long)res->start, (unsigned long long)res->end,
	           res->name ? res->name : "<BAD>");
	/* LAB 1.3 END */
}

static int iomem_show(struct seq_file *m)
{
	resource_for_each(&iomem_resource, show_resource, m);
	return seq_stopped(m) ? -EINTR : 0;
}
PROC_FILE(iomem, iomem_show);
