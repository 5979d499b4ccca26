/*
 * From the boot loader's information to struct boot_info, for Multiboot2
 * (specification 2.0, section 3.6) and Multiboot1 (0.6.96, section 3.3).
 *
 * The information is the world's: a loader may be broken, or memory may have
 * been overwritten. No length, count or address in it is believed before it is
 * compared with what contains it; everything is read by copying, so alignment
 * does not matter; what does not make sense is skipped with a warning that names
 * it. Nothing of the result points back.
 */
#include <asm/boot_info.h>
#include <asm/multiboot.h>
#include <asm/page.h>
#include <lib/ctype.h>
#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>

/* Multiboot1's entry size does not count the word that holds it. */
#define MMAP1_SIZE_WORD sizeof(u32)

/* More bytes than any firmware's map has: a length above it is no length. */
#define MMAP1_LENGTH_MAX (256U * 1024)

/* The loader that puts its kernel's file name into the command line. */
#define LOADER_WITH_FILE_NAME "qemu"

static void clear(struct boot_info *out)
{
	memset(out, 0, sizeof(*out));
}

static void add_entry(struct boot_info *out, u64 addr, u64 len, u32 type)
{
	out->has_map = true;
	if (!e820_add_compacting(&out->map, addr, len, type))
		out->dropped_entries++;
}

static void set_basic(struct boot_info *out, u32 lower_kb, u32 upper_kb)
{
	out->has_basic = true;
	out->mem_lower_kb = lower_kb;
	out->mem_upper_kb = upper_kb;
}

/* The place for another module, or NULL with a warning. */
static struct boot_module *add_module(struct boot_info *out, u32 start, u32 end)
{
	struct boot_module *module;

	if (start >= end) {
		pr_warn("multiboot: module at 0x%x-0x%x is empty: ignored\n", start,
		        end);
		return NULL;
	}
	if (out->nr_modules == BOOT_MODULES_MAX) {
		pr_warn("multiboot: module at 0x%x-0x%x is one more than %u: ignored\n",
		        start, end, BOOT_MODULES_MAX);
		out->dropped_modules++;
		return NULL;
	}
	module = &out->modules[out->nr_modules++];
	module->start = start;
	module->end = end;
	return module;
}

/* ---- Version 2 ---- */

/* One tag: its header, copied, and its bytes behind the header. */
struct tag {
	u32 type;
	size_t len;
	const u8 *data;
};

/* Copy len bytes at offset of the tag's data; false if it has not so many. */
static bool tag_read(const struct tag *tag, size_t offset, void *dst, size_t len)
{
	if (offset > tag->len || len > tag->len - offset) {
		pr_warn("multiboot2: tag %u is too short: ignored\n", tag->type);
		return false;
	}
	memcpy(dst, tag->data + offset, len);
	return true;
}

/* Copy the text at offset up to its NUL, cut to size; true if all of it fitted. */
static bool tag_text(const struct tag *tag, size_t offset, char *dst, size_t size)
{
	const char *text = (const char *)tag->data + offset;
	size_t room = offset < tag->len ? tag->len - offset : 0;
	size_t len = strnlen(text, room);

	if (len == room)
		pr_warn("multiboot2: tag %u has a text without an end\n", tag->type);
	memcpy(dst, text, min(len, size - 1));
	dst[min(len, size - 1)] = '\0';
	return len < size;
}

static void tag_module(const struct tag *tag, struct boot_info *out)
{
	struct boot_module *module;
	u32 range[2];

	if (!tag_read(tag, 0, range, sizeof(range)))
		return;
	module = add_module(out, range[0], range[1]);
	if (module)
		tag_text(tag, sizeof(range), module->cmdline, sizeof(module->cmdline));
}

static void tag_basic_meminfo(const struct tag *tag, struct boot_info *out)
{
	u32 kb[2];

	if (tag_read(tag, 0, kb, sizeof(kb)))
		set_basic(out, kb[0], kb[1]);
}

static void tag_mmap(const struct tag *tag, struct boot_info *out)
{
	struct multiboot2_mmap_entry entry;
	u32 format[2]; /* an entry's size, its version */
	size_t offset = sizeof(format);

	if (!tag_read(tag, 0, format, sizeof(format)))
		return;
	if (format[0] < sizeof(entry)) {
		pr_warn("multiboot2: memory map with entries of %u bytes: ignored\n",
		        format[0]);
		return;
	}
	for (; tag->len - offset >= format[0]; offset += format[0]) {
		memcpy(&entry, tag->data + offset, sizeof(entry));
		add_entry(out, entry.addr, entry.len, entry.type);
	}
	if (offset != tag->len)
		pr_warn("multiboot2: memory map ends within an entry\n");
}

/* The newer form holds the older one. */
static void tag_rsdp(const struct tag *tag, struct boot_info *out)
{
	u32 len = (u32)min(tag->len, sizeof(out->rsdp));

	if (len <= out->rsdp_len)
		return;
	memcpy(out->rsdp, tag->data, len);
	out->rsdp_len = len;
}

static void parse_tag(const struct tag *tag, struct boot_info *out)
{
	switch (tag->type) {
	case MULTIBOOT2_TAG_CMDLINE:
		out->cmdline_truncated =
		    !tag_text(tag, 0, out->cmdline, sizeof(out->cmdline));
		break;
	case MULTIBOOT2_TAG_LOADER_NAME:
		tag_text(tag, 0, out->loader, sizeof(out->loader));
		break;
	case MULTIBOOT2_TAG_MODULE:
		tag_module(tag, out);
		break;
	case MULTIBOOT2_TAG_BASIC_MEMINFO:
		tag_basic_meminfo(tag, out);
		break;
	case MULTIBOOT2_TAG_MMAP:
		tag_mmap(tag, out);
		break;
	case MULTIBOOT2_TAG_ACPI_OLD:
	case MULTIBOOT2_TAG_ACPI_NEW:
		tag_rsdp(tag, out);
		break;
	default:
		break;
	}
}

/* How many bytes of the information there are; 0 if it is none. */
static size_t info2_size(const void *info, size_t limit)
{
	struct multiboot2_info header;

	if (limit < sizeof(header)) {
		pr_warn("multiboot2: no boot information\n");
		return 0;
	}
	memcpy(&header, info, sizeof(header));
	if (header.total_size < sizeof(header)) {
		pr_warn("multiboot2: boot information of %u bytes: ignored\n",
		        header.total_size);
		return 0;
	}
	if (header.total_size > limit)
		pr_warn("multiboot2: boot information of %u bytes: the first %zu are "
		        "read\n",
		        header.total_size, limit);
	return min((size_t)header.total_size, limit);
}

int multiboot2_parse(const void *info, size_t limit, struct boot_info *out)
{
	const u8 *bytes = info;
	size_t size, offset = sizeof(struct multiboot2_info);
	struct multiboot2_tag header;

	clear(out);
	size = info2_size(info, limit);
	if (!size)
		return -EINVAL;
	while (offset < size && size - offset >= sizeof(header)) {
		struct tag tag;

		memcpy(&header, bytes + offset, sizeof(header));
		if (header.type == MULTIBOOT2_TAG_END)
			return 0;
		if (header.size < sizeof(header) || header.size > size - offset) {
			pr_warn("multiboot2: tag %u of %u bytes at %zu of %zu: ignored "
			        "with all that follow\n",
			        header.type, header.size, offset, size);
			return 0;
		}
		tag.type = header.type;
		tag.len = header.size - sizeof(header);
		tag.data = bytes + offset + sizeof(header);
		parse_tag(&tag, out);
		offset += ALIGN((size_t)header.size, MULTIBOOT2_TAG_ALIGN);
	}
	pr_warn("multiboot2: the boot information has no end tag\n");
	return 0;
}

/* ---- Version 1 ---- */

/* Copy len bytes of physical memory; addr is wider so that sums cannot wrap. */
static bool phys_read(phys_reader phys, u64 addr, void *dst, size_t len)
{
	const void *src = NULL;

	if (addr + len - 1 <= UINT32_MAX)
		src = phys((u32)addr, len);
	if (!src)
		return false;
	memcpy(dst, src, len);
	return true;
}

/* Copy a text up to its NUL, cut to size; true if all of it fitted. */
static bool phys_text(phys_reader phys, u64 addr, char *dst, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (!phys_read(phys, addr + i, &dst[i], 1)) {
			pr_warn("multiboot1: text at 0x%llx cannot be reached to its "
			        "end\n",
			        addr);
			dst[i] = '\0';
			return true;
		}
		if (!dst[i])
			return true;
	}
	dst[size - 1] = '\0';
	return false;
}

/* Drop the first word. */
static void drop_file_name(char *cmdline)
{
	char *rest = cmdline;

	while (*rest && !isspace(*rest))
		rest++;
	while (isspace(*rest))
		rest++;
	memmove(cmdline, rest, strlen(rest) + 1);
}

static void parse_mods(const struct multiboot1_info *info, phys_reader phys,
                       struct boot_info *out)
{
	struct multiboot1_module entry;
	struct boot_module *module;
	u32 i;

	for (i = 0; i < info->mods_count; i++) {
		u64 addr = info->mods_addr + (u64)i * sizeof(entry);

		if (i > BOOT_MODULES_MAX ||
		    !phys_read(phys, addr, &entry, sizeof(entry))) {
			pr_warn("multiboot1: modules %u to %u of %u ignored\n", i + 1,
			        info->mods_count, info->mods_count);
			out->dropped_modules += info->mods_count - i;
			return;
		}
		module = add_module(out, entry.start, entry.end);
		if (module && entry.cmdline)
			phys_text(phys, entry.cmdline, module->cmdline,
			          sizeof(module->cmdline));
	}
}

static void parse_mmap(const struct multiboot1_info *info, phys_reader phys,
                       struct boot_info *out)
{
	u64 addr = info->mmap_addr, end = addr + info->mmap_length;
	struct multiboot1_mmap_entry entry;

	if (info->mmap_length > MMAP1_LENGTH_MAX) {
		pr_warn("multiboot1: memory map of %u bytes: the first %u are read\n",
		        info->mmap_length, MMAP1_LENGTH_MAX);
		end = addr + MMAP1_LENGTH_MAX;
	}
	while (addr < end) {
		if (end - addr < sizeof(entry) ||
		    !phys_read(phys, addr, &entry, sizeof(entry)) ||
		    entry.size < sizeof(entry) - MMAP1_SIZE_WORD) {
			pr_warn("multiboot1: memory map broken at 0x%llx: ignored from "
			        "there on\n",
			        addr);
			return;
		}
		add_entry(out, (u64)entry.addr_high << 32 | entry.addr_low,
		          (u64)entry.len_high << 32 | entry.len_low, entry.type);
		addr += entry.size + (u64)MMAP1_SIZE_WORD;
	}
}

int multiboot1_parse(const void *info_bytes, phys_reader phys, struct boot_info *out)
{
	struct multiboot1_info info;

	clear(out);
	memcpy(&info, info_bytes, sizeof(info));
	if (info.flags & MULTIBOOT1_INFO_LOADER)
		phys_text(phys, info.loader_name, out->loader, sizeof(out->loader));
	if (info.flags & MULTIBOOT1_INFO_CMDLINE)
		out->cmdline_truncated =
		    !phys_text(phys, info.cmdline, out->cmdline, sizeof(out->cmdline));
	if (!strcmp(out->loader, LOADER_WITH_FILE_NAME))
		drop_file_name(out->cmdline);
	if (info.flags & MULTIBOOT1_INFO_MEMORY)
		set_basic(out, info.mem_lower_kb, info.mem_upper_kb);
	if (info.flags & MULTIBOOT1_INFO_MODS)
		parse_mods(&info, phys, out);
	if (info.flags & MULTIBOOT1_INFO_MMAP)
		parse_mmap(&info, phys, out);
	return 0;
}
