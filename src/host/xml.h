/*
 * xml.h - reading XML from people who may mean harm.
 *
 * A document is read element by element and never kept, so that reading one takes no
 * more memory than its longest text.  Nothing outside it is fetched, and one that
 * declares types or entities, which nothing in libvirt does, is refused where the
 * declarations begin.
 */
#ifndef XML_H
#define XML_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Xml Xml;

/* What is done about the elements at @path, which are of no namespace unless it is
 * written before their name: "/domain/metadata/{urn:x}policy".  A text comes without
 * blanks around it.  Either may be NULL. */
typedef struct {
    const char *path;
    void (*begin)(Xml *xml, void *data);
    void (*end)(Xml *xml, const char *text, void *data); /* "" with elements in it */
} XmlRule;

/* False, with "@name:LINE: what", where @text is longer than @size_max, is not XML, was
 * refused by a rule, or its first element is none that the rules speak of.  @rules end
 * with one of no path. */
bool xml_read(const char *text, size_t size_max, const char *name, const XmlRule *rules,
              void *data, GError **error);

/* For rules: an attribute of the element that begins, to be freed, or NULL. */
char *xml_attribute(const Xml *xml, const char *name);

/* As a number from 0 to @max, or -1 where it is missing or none. */
int xml_number(const Xml *xml, const char *name, int max);

/* The first refusal ends the reading. */
void xml_refuse(Xml *xml, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
