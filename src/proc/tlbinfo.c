/*
 * /proc/tlbinfo: what was flushed from the TLB, and why. Linux has no such file
 * (its counts are in /proc/vmstat, nr_tlb_*, of a debug build).
 */
#include <mm/tlb.h>
#include <proc/proc.h>

static struct tlb_count sum_of_cpus(enum tlb_reason why)
{
	struct tlb_count sum = {0};

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct tlb_count *count = &per_cpu(tlb_counts, cpu)[why];

		sum.pages += count->pages;
		sum.ranges += count->ranges;
		sum.all += count->all;
	}
	return sum;
}

static int tlbinfo_show(struct seq_file *m)
{
	seq_printf(m, "%-12s %10s %10s %10s\n", "Reason", "Pages", "Ranges", "All");
	for (unsigned int why = 0; why < NR_TLB_REASONS; why++) {
		struct tlb_count sum = sum_of_cpus((enum tlb_reason)why);

		seq_printf(m, "%-12s %10lu %10lu %10lu\n",
			   tlb_reason_name((enum tlb_reason)why), sum.pages, sum.ranges,
			   sum.all);
	}
	if (tlb_check)
		seq_printf(m, "%-12s %10lu\n", "Checked", tlb_checked);
	return 0;
}
PROC_FILE(tlbinfo, tlbinfo_show);
