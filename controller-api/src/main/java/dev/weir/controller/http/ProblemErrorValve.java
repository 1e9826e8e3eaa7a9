package dev.weir.controller.http;

import dev.weir.controller.problem.ProblemWriter;
import dev.weir.controller.problem.StatusProblems;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a problem where Tomcat would with a page of its own: requests so broken that they
 * reach no filter.
 */
public final class ProblemErrorValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        try {
            ProblemWriter.write(response, StatusProblems.of(status));
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("An error could not be told to its client", e);
        }
    }
}
