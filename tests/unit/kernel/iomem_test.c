/* /proc/iomem, line by line: three nodes of the test's own in the machine's tree, where
 * no machine that we know has anything. */
#include "ktest.h"

#include <lib/resource.h>
#include <lib/string.h>
#include <proc/proc.h>

#define NOWHERE 0x7000000000ULL

static char text[16384];
static struct resource outer, middle, inner;

static void hang(struct resource *parent, struct resource *res, u64 size, const char *name)
{
	*res = (struct resource){.start = NOWHERE, .end = NOWHERE + size - 1, .name = name};
	EXPECT_EQ(request_resource(parent, res), 0);
}

/* The file, with our nodes in it. */
static void show(const char *innermost)
{
	const struct proc_file *file = proc_find("iomem");
	struct seq_buffer buffer;

	ASSERT(file != NULL);
	hang(&iomem_resource, &outer, 0x3000, "outermost");
	hang(&outer, &middle, 0x2000, "in between");
	hang(&middle, &inner, 0x1000, innermost);
	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_EQ(file->show(&buffer.seq), 0);
	release_resource(&outer);
}

/* How many blanks the line with these words begins with; -1: there is no such line. */
static int indentation(const char *words)
{
	const char *found = strstr(text, words), *start = found;
	int blanks = 0;

	if (!found)
		return -1;
	while (start > text && start[-1] != '\n')
		start--;
	while (start[blanks] == ' ')
		blanks++;
	return blanks;
}

TEST(iomem, a_range_is_shown_by_its_first_and_its_last_byte)
{
	show("innermost");
	EXPECT(strstr(text, "7000000000-7000002fff : outermost\n") != NULL);
	EXPECT(strstr(text, "7000000000-7000001fff : in between\n") != NULL);
}

TEST(iomem, an_address_has_eight_digits_at_least)
{
	show("innermost");
	EXPECT(str_has_prefix(text, "00000000-"));
}

TEST(iomem, each_level_is_indented_by_two_blanks)
{
	show("innermost");
	EXPECT_EQ(indentation("outermost"), 0);
	EXPECT_EQ(indentation("in between"), 2);
	EXPECT_EQ(indentation("innermost"), 4);
}

TEST(iomem, a_node_without_a_name_is_called_bad)
{
	show(NULL);
	EXPECT(strstr(text, "<BAD>\n") != NULL);
}
