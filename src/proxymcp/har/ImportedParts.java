package proxymcp.har;

import proxymcp.http.Fields;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;

/**
 * What the parts of an entry are made with.
 *
 * @param bodies its long texts
 * @param values reads numbers
 * @param report takes what is to be said
 * @param ours whether we wrote the entry
 */
record ImportedParts(HarReadBodies bodies, ImportedValues values, HarImportReport report, boolean ours) {
    /** Makes a request body of its parameters, where the file has nothing else of it. */
    void makeBody(JsonObject postData, JsonArray params, Fields fields) throws HarImportException {
        ImportedParams.write(postData, params, fields, bodies);
        report.notice("body_from_params", "the request body was made of postData.params; its octets may have been others");
    }
}
