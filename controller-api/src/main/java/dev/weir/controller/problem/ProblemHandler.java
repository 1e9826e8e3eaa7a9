package dev.weir.controller.problem;

import dev.weir.blockio.StorageException;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.WeirDatabase;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Turns whatever a request ends in into a problem. */
@RestControllerAdvice
class ProblemHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

    private final DataDirectory directory;

    ProblemHandler(DataDirectory directory) {
        this.directory = directory;
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> problem(ProblemException e) {
        return answer(e.problem());
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> storage(StorageException e) {
        var problem = Problems.of(e);
        if (problem.type().status() >= 500) {
            LOG.error("A request ended in a storage failure", e);
        }
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> unreadable(HttpMessageNotReadableException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException problem) {
                return answer(problem.problem());
            }
        }
        return answer(UnreadableBody.problem(e));
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> mismatch(MethodArgumentTypeMismatchException e) {
        return answer(
                Problems.parameter(
                                e.getName(),
                                "The value of %s is not of its type.".formatted(e.getName()),
                                "See the description of the API at /v3/api-docs.")
                        .problem());
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> method(HttpRequestMethodNotSupportedException e) {
        Set<HttpMethod> allowed = e.getSupportedHttpMethods();
        var methods = allowed == null ? Set.<HttpMethod>of() : allowed;
        var problem =
                new Problem(
                        ProblemType.METHOD_NOT_ALLOWED,
                        "The address does not take %s.".formatted(e.getMethod()),
                        "The resource has no such method.",
                        "Use one of those in the header Allow.");
        return ResponseEntity.status(problem.type().status())
                .headers(headers -> headers.setAllow(methods))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ProblemBody.of(problem));
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> noResource(NoResourceFoundException e, HttpServletRequest request) {
        return answer(
                StatusProblems.notFound(
                        "There is nothing at %s.".formatted(shortened(request.getRequestURI()))));
    }

    /** The client has gone; nobody is left to be told. */
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException e) {
        LOG.debug("A client went away before its answer", e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> other(Exception e) {
        if (e instanceof ErrorResponse known && known.getStatusCode().is4xxClientError()) {
            return answer(StatusProblems.of(known.getStatusCode().value()));
        }
        if (WeirDatabase.reason(e).isPresent() && !directory.space().admitsChanges()) {
            LOG.warn("The database has no room: {}", e.getMessage());
            return answer(Problems.hostFull(directory.space().complaint()));
        }
        LOG.error("A request failed", e);
        return answer(StatusProblems.internal("The request could not be served."));
    }

    private static ResponseEntity<ProblemBody> answer(Problem problem) {
        @Nullable String challenge =
                problem.type() == ProblemType.UNAUTHENTICATED ? "Bearer" : null;
        var answer =
                ResponseEntity.status(problem.type().status())
                        .contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (challenge != null) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, challenge);
        }
        return answer.body(ProblemBody.of(problem));
    }

    private static String shortened(String address) {
        return address.length() <= 200 ? address : address.substring(0, 200) + "...";
    }
}
